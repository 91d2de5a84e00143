import { teamFinding } from './check-callers.ts';
import { keyFinding } from './check-keys.ts';
import { type Finding, oneOf } from './finding.ts';
import { nearest } from './nearest.ts';
import type { Path } from './not-built.ts';
import type { Config } from './schema.ts';

/** A section whose entries limit a scope. */
export type LimitSection = 'budgets' | 'rates';

/** What one entry of a section is called. */
const ENTRY: Record<LimitSection, string> = { budgets: 'budget', rates: 'rate' };

/**
 * Complains about a scope that is spelled right and can bind nobody. Users need no entry anywhere: IAM users and trusted
 * sessions bring their name. `*` in place of a name always fits.
 */
export function scopeFindings(
  config: Config,
  section: LimitSection,
  index: number,
  scope: string,
): readonly Finding[] {
  const colon = scope.indexOf(':');
  const kind = scope.slice(0, colon);
  const name = scope.slice(colon + 1);
  const path: Path = [section, index, 'scope'];
  if (colon < 0 || name === '*') return [];
  const entry = ENTRY[section];
  if (kind === 'team' || kind === 'app') return nobody(config, path, { kind, name, entry });
  if (kind === 'key') return keyFinding(config, path, name, entry);
  if (kind === 'model') return unlisted(path, { kind, name, entry }, Object.keys(config.models));
  if (kind === 'provider') return unlisted(path, { kind, name, entry }, Object.keys(config.providers));
  return [];
}

interface Named {
  readonly kind: string;
  readonly name: string;
  readonly entry: string;
}

/** A team or app that no caller has. */
function nobody(config: Config, path: Path, { kind, name, entry }: Named): readonly Finding[] {
  const [team = '', app] = name.split('/');
  const foreign = teamFinding(config, path, team);
  if (foreign.length > 0) return foreign;
  const callers = config.callers ?? [];
  if (callers.length === 0) return [];
  const known = callers.flatMap((caller) => {
    if (kind === 'team') return [caller.team];
    return caller.app === undefined ? [] : [`${caller.team}/${caller.app}`];
  });
  if (app === '*' ? known.some((each) => each.startsWith(`${team}/`)) : known.includes(name)) return [];
  const meant = nearest(name, known);
  const advice = `Add the caller under \`callers\`, or remove the ${entry}.`;
  return [
    {
      path,
      kind: 'wrong',
      at: 'value',
      message: `no entry of \`callers\` has this ${kind}, so the ${entry} would never apply`,
      expected: `the ${kind} of a caller`,
      hint: meant === undefined ? advice : `Did you mean \`${kind}:${meant}\`? ${advice}`,
    },
  ];
}

/** A model or provider that the file does not have. A model is named as `models` writes it, a `*` at its end included. */
function unlisted(path: Path, { kind, name, entry }: Named, known: readonly string[]): readonly Finding[] {
  if (known.includes(name)) return [];
  const meant = nearest(name, known);
  const each = name.endsWith('*') ? ` \`${kind}:*\` gives each ${kind} its own ${entry}.` : '';
  const advice = `Add it under \`${kind}s\`, or remove the ${entry}.`;
  return [
    {
      path,
      kind: 'wrong',
      at: 'value',
      message: `this ${kind} is not listed under \`${kind}s\`, so the ${entry} would never apply`,
      expected:
        known.length === 0
          ? `a ${kind} that \`${kind}s\` lists`
          : `a ${kind} as \`${kind}s\` writes it: ${oneOf(known.slice(0, 12))}`,
      hint: (meant === undefined ? advice : `Did you mean \`${kind}:${meant}\`?`) + each,
    },
  ];
}

interface Limit {
  readonly scope: string;
  readonly mode?: 'enforce' | 'observe' | undefined;
}

/**
 * Complains about an observed limit that would take the place of an enforced one with a wider scope. It looks like a
 * trial and would switch a limit off. `sameKind` tells whether another entry gives a limit of the same kind.
 */
export function liftFindings<T extends Limit>(
  section: LimitSection,
  all: readonly T[],
  index: number,
  sameKind: (other: T) => boolean,
): readonly Finding[] {
  const limit = all[index];
  if (limit?.mode !== 'observe') return [];
  const at = all.findIndex(
    (each) => each.mode !== 'observe' && isWider(each.scope, limit.scope) && sameKind(each),
  );
  const wider = all[at];
  if (wider === undefined) return [];
  const other = `${section}[${at}]`;
  const apart = section === 'budgets' ? ', or give it another `window` or `tz`' : '';
  return [
    {
      path: [section, index, 'mode'],
      kind: 'wrong',
      at: 'value',
      message: `this would take the place of ${other} (\`${wider.scope}\`), which is enforced, and so lift it`,
      expected: `\`enforce\`, as in ${other}`,
      hint: `Enforce it too, or observe ${other} as well${apart}.`,
    },
  ];
}

/** Whether one scope is the `*` form of another: `app:*` and `app:search/*` of `app:search/web`. */
function isWider(wide: string, narrow: string): boolean {
  return wide !== narrow && wide.endsWith('*') && isStar(wide) && narrow.startsWith(wide.slice(0, -1));
}

/** The `*` of a model is part of its name, unless it stands alone. */
function isStar(scope: string): boolean {
  return !scope.startsWith('model:') || scope === 'model:*';
}
