/**
 * Words of the config that are part of its language and not built yet. Writing one is an error that names it: a limit
 * that is accepted and ignored would be worse than none. `*` in a path stands for one name or number.
 */
export const NOT_BUILT: Readonly<Record<string, string>> = {
  data_classes: 'data classes are not built yet; remove `data_classes`',
  audit: 'audit options are not built yet; rows are always written, remove `audit`',
  'models.*.fallbacks':
    'typed fallbacks are not built yet; list further targets instead, they are tried in order',
  'models.*.cache': 'answer caching is not built yet; remove `cache`',
  'models.*.targets.*.weight': 'weighted routing is not built yet; order the targets with `priority`',
  'providers.*.regions': 'a provider has one region; write `region`, and a provider for each further one',
  'guard.policies':
    'guard policies per caller are not built yet; set the action of each class under `guard.classes`',
};

/** Known values that are not built yet, by path and value; `*` at the end of a value stands for any text. */
export const NOT_BUILT_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'guard.mode': { observe: 'a guard in observe mode is not built yet; use `enforce` or leave `mode` out' },
};

export type Path = readonly (string | number)[];

/** What to say about a known word that is not built yet; undefined for every other key. */
export function notBuiltKey(path: Path): string | undefined {
  return Object.entries(NOT_BUILT).find(([pattern]) => matches(pattern, path))?.[1];
}

/** What to say about a known value that is not built yet; undefined for every other value. */
export function notBuiltValue(path: Path, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const values = Object.entries(NOT_BUILT_VALUES).find(([pattern]) => matches(pattern, path))?.[1] ?? {};
  return Object.entries(values).find(([known]) =>
    known.endsWith('*') ? value.startsWith(known.slice(0, -1)) : value === known,
  )?.[1];
}

function matches(pattern: string, path: Path): boolean {
  const parts = pattern.split('.');
  return parts.length === path.length && parts.every((part, i) => part === '*' || part === path[i]);
}
