import { createHash } from 'node:crypto';
import type { CallerConfig } from '../config/schema.ts';
import { TollgateError } from '../errors.ts';
import type { Caller, IdentityClaim } from './caller.ts';
import { covers, principalOf, principalPattern } from './principal.ts';

/** The principal of a local caller that no entry of `callers` names. */
export const LOCAL_PRINCIPAL = 'local';

/**
 * Who calls, by what the door proved and what `callers` says; the first entry that matches decides.
 *
 * IAM: a principal that no entry matches is still a caller, without team: AWS has let it in, and budgets of the account
 * and of an IAM user bind it. Development keys exist only in the world `local`: where `callers` lists none, any key is
 * `local`; where it lists some, another key is refused, and no key is `local`. `keyOf` reads an environment variable.
 */
export function identify(
  claim: IdentityClaim,
  callers: readonly CallerConfig[],
  keyOf: (env: string) => string | undefined,
  world: 'local' | 'aws',
): Caller | TollgateError {
  if (claim.kind === 'iam') return byArn(claim.arn, callers);
  if (world === 'aws') {
    return new TollgateError(
      'unauthenticated',
      'this gateway takes AWS credentials: sign the request with SigV4 for the service `lambda`',
    );
  }
  return byKey(claim.key, callers, keyOf);
}

function byArn(arn: string, callers: readonly CallerConfig[]): Caller | TollgateError {
  const principal = principalOf(arn);
  if (principal === undefined) {
    return new TollgateError('unauthenticated', 'the caller is neither an IAM role nor an IAM user');
  }
  const entry = callers.find((candidate) => matches(candidate, principal.name));
  return callerOf(principal.name, entry, principal.user);
}

function matches(entry: CallerConfig, principal: string): boolean {
  if (entry.principal === undefined) return false;
  const pattern = principalPattern(entry.principal);
  return pattern.ok && covers(pattern.pattern, principal);
}

function byKey(
  key: string | undefined,
  callers: readonly CallerConfig[],
  keyOf: (env: string) => string | undefined,
): Caller | TollgateError {
  const listed = callers.flatMap((entry) => (entry.key === undefined ? [] : [{ entry, env: entry.key.env }]));
  if (listed.length === 0 || key === undefined || key === '')
    return callerOf(LOCAL_PRINCIPAL, undefined, undefined);
  const given = digest(key);
  const known = listed.map(({ entry, env }) => ({ entry, env, key: keyOf(env) }));
  const found = known.filter((candidate) => given === digest(candidate.key ?? '')).at(0);
  if (found !== undefined) return callerOf(`key:${found.env}`, found.entry, undefined);
  const unset = known.filter((candidate) => (candidate.key ?? '') === '').map((candidate) => candidate.env);
  const note = unset.length === 0 ? '' : `; not set: ${unset.join(', ')}`;
  return new TollgateError(
    'unauthenticated',
    `this key is not one of those that \`callers\` lists in tollgate.yaml${note}`,
  );
}

/** Keys are compared by digest, so that how long a comparison takes says nothing about the key. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function callerOf(principal: string, entry: CallerConfig | undefined, iamUser: string | undefined): Caller {
  return { principal, team: entry?.team, app: entry?.app, user: entry?.user ?? iamUser };
}
