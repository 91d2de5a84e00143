import { covers, principalPattern } from '../identity/principal.ts';
import { type Finding, oneOf } from './finding.ts';
import { nearest } from './nearest.ts';
import type { Path } from './not-built.ts';
import type { CallerConfig, Config } from './schema.ts';

/** Callers name teams that exist, patterns that can match, and nobody twice. */
export function checkCallers(config: Config): readonly Finding[] {
  const callers = config.callers ?? [];
  return callers.flatMap((caller, i) => [
    ...teamFinding(config, ['callers', i, 'team'], caller.team),
    ...patternFinding(caller, i),
    ...shadowFinding(callers, caller, i),
  ]);
}

/** Complains about a team that `teams` does not list; where the file has no `teams`, every name is one. */
export function teamFinding(config: Config, path: Path, team: string): readonly Finding[] {
  if (config.teams === undefined || Object.hasOwn(config.teams, team)) return [];
  const known = Object.keys(config.teams);
  const meant = nearest(team, known);
  return [
    {
      path,
      kind: 'wrong',
      at: 'value',
      message: 'this team is not listed under `teams`',
      expected:
        known.length === 0
          ? 'a team that `teams` lists'
          : `a team of \`teams\`: ${oneOf(known.slice(0, 12))}`,
      hint: meant === undefined ? 'Add it under `teams`.' : `Did you mean \`${meant}\`?`,
    },
  ];
}

function patternFinding(caller: CallerConfig, index: number): readonly Finding[] {
  if (caller.principal === undefined) return [];
  const pattern = principalPattern(caller.principal);
  if (pattern.ok) return [];
  const session = pattern.reason === 'session';
  return [
    {
      path: ['callers', index, 'principal'],
      kind: 'wrong',
      at: 'value',
      message: session
        ? 'a session name proves nothing: whoever assumes the role chooses it'
        : 'never matches',
      expected: session ? 'a role without a session' : 'a role without a path where its name has a `*`',
      hint: session
        ? 'End the pattern with the name of the role.'
        : 'AWS does not show the path of a role that calls: write `arn:aws:sts::ACCOUNT:assumed-role/NAME-*`.',
    },
  ];
}

/** An entry that an earlier one covers never decides. A pattern covers another if it matches its very text. */
function shadowFinding(
  callers: readonly CallerConfig[],
  caller: CallerConfig,
  index: number,
): readonly Finding[] {
  const first = callers.findIndex((earlier, i) => i < index && shadows(earlier, caller));
  if (first < 0) return [];
  const key = caller.key === undefined ? 'principal' : 'key';
  return [
    {
      path: ['callers', index, key],
      kind: 'wrong',
      at: 'value',
      message: `never matches, since callers[${first}] covers it and the first match decides`,
      expected: 'an entry that an earlier one does not cover',
      hint: `Move it above callers[${first}], or remove it.`,
    },
  ];
}

function shadows(earlier: CallerConfig, later: CallerConfig): boolean {
  if (earlier.key !== undefined && later.key !== undefined) return earlier.key.env === later.key.env;
  if (earlier.principal === undefined || later.principal === undefined) return false;
  const wide = principalPattern(earlier.principal);
  const narrow = principalPattern(later.principal);
  return wide.ok && narrow.ok && covers(wide.pattern, narrow.pattern);
}
