import { hash } from 'node:crypto';
import type { CallerConfig } from '../config/schema.ts';
import { TollgateError } from '../errors.ts';
import type { Caller, IdentityClaim } from './caller.ts';
import { covers, type Principal, principalOf, principalPattern } from './principal.ts';
import { USER_NAME } from './user-name.ts';

/** The principal of a local caller that no entry of `callers` names. */
export const LOCAL_PRINCIPAL = 'local';

/** Tells who calls, by what the door proved. */
export type Identify = (claim: IdentityClaim) => Caller | TollgateError;

/**
 * Makes the answer to "who calls?" from what `callers` says; the first entry that matches decides.
 *
 * IAM: a principal that no entry matches is still a caller, without team: AWS has let it in, and budgets of the account
 * and of an IAM user bind it. Development keys exist only in the world `local`: where `callers` lists none, any key is
 * `local`; where it lists some, another key is refused, and no key is `local`. `keyOf` reads an environment variable.
 */
export function identifier(
  callers: readonly CallerConfig[],
  keyOf: (env: string) => string | undefined,
  world: 'local' | 'aws',
): Identify {
  const byArn = arnIdentifier(callers);
  const byKey = keyIdentifier(callers, keyOf);
  return (claim) => {
    if (claim.kind === 'iam') return byArn(claim.arn);
    return world === 'aws' ? UNSIGNED : byKey(claim.key);
  };
}

const UNSIGNED = new TollgateError(
  'unauthenticated',
  'this gateway takes AWS credentials: sign the request with SigV4 for the service `lambda`',
);

function arnIdentifier(callers: readonly CallerConfig[]): (arn: string) => Caller | TollgateError {
  const entries = callers.flatMap((entry) => {
    const pattern = entry.principal === undefined ? undefined : principalPattern(entry.principal);
    return pattern?.ok === true ? [{ entry, pattern: pattern.pattern }] : [];
  });
  return (arn) => {
    const principal = principalOf(arn);
    if (principal === undefined) {
      return new TollgateError('unauthenticated', 'the caller is neither an IAM role nor an IAM user');
    }
    const found = entries.find(({ pattern }) => covers(pattern, principal.name));
    return callerOf(principal.name, found?.entry, userOf(principal, found?.entry));
  };
}

function keyIdentifier(
  callers: readonly CallerConfig[],
  keyOf: (env: string) => string | undefined,
): (key: string | undefined) => Caller | TollgateError {
  const known = new Map<string, Caller>();
  const unset: string[] = [];
  for (const entry of callers) {
    if (entry.key === undefined) continue;
    const key = keyOf(entry.key.env) ?? '';
    if (key === '') unset.push(entry.key.env);
    else if (!known.has(digest(key))) {
      known.set(digest(key), callerOf(`key:${entry.key.env}`, entry, undefined));
    }
  }
  const listed = known.size + unset.length > 0;
  const note = unset.length === 0 ? '' : `; not set: ${unset.join(', ')}`;
  return (key) => {
    if (!listed || key === undefined || key === '') return callerOf(LOCAL_PRINCIPAL, undefined, undefined);
    const found = known.get(digest(key));
    if (found !== undefined) return found;
    return new TollgateError(
      'unauthenticated',
      `this key is not one of those that \`callers\` lists in tollgate.yaml${note}`,
    );
  };
}

/** Keys are compared by digest, so that how long a comparison takes says nothing about the key. */
function digest(key: string): string {
  return hash('sha256', key);
}

/**
 * Who an IAM principal is by itself: the name of an IAM user, or of the session where the config trusts those of a role.
 * A session that is no user name is nobody's.
 */
function userOf({ user, session }: Principal, entry: CallerConfig | undefined): string | undefined {
  if (entry?.trusted_session_names !== true || session === undefined) return user;
  return USER_NAME.test(session) ? session : undefined;
}

function callerOf(principal: string, entry: CallerConfig | undefined, ownUser: string | undefined): Caller {
  return {
    principal,
    team: entry?.team,
    app: entry?.app,
    user: entry?.user ?? ownUser,
    ...(entry?.reasoning_in_tool_ids === false ? { sealsReasoning: false } : {}),
  };
}
