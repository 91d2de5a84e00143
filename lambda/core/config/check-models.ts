import { type Finding, oneOf } from './finding.ts';
import { nearest } from './nearest.ts';
import type { Path } from './not-built.ts';
import type { Config } from './schema.ts';

/** Targets name a provider of the file, and no two names differ in their case alone. */
export function checkModels(config: Config): readonly Finding[] {
  return [
    ...none(config),
    ...sameButForCase('providers', Object.keys(config.providers)),
    ...sameButForCase('models', Object.keys(config.models)),
    ...Object.entries(config.models).flatMap(([alias, model]) => [
      ...model.targets.flatMap((target, i) =>
        provider(config, ['models', alias, 'targets', i], target.provider),
      ),
      ...output(['models', alias, 'max_output_tokens'], model),
    ]),
  ];
}

function none(config: Config): readonly Finding[] {
  if (Object.keys(config.models).length > 0) return [];
  return [
    {
      path: ['models'],
      kind: 'wrong',
      at: 'value',
      expected: 'at least one model',
      hint: 'Add a name that callers may ask for, with its `targets`.',
    },
  ];
}

function provider(config: Config, path: Path, name: string): readonly Finding[] {
  const known = Object.keys(config.providers);
  if (known.includes(name)) return [];
  const meant = nearest(name, known);
  return [
    {
      path: [...path, 'provider'],
      kind: 'wrong',
      at: 'value',
      message: 'this provider is not in the file',
      expected: known.length === 0 ? 'a provider of this file, which has none' : oneOf(known.slice(0, 12)),
      hint: meant === undefined ? 'Add it under `providers`.' : `Did you mean \`${meant}\`?`,
    },
  ];
}

function output(path: Path, model: Config['models'][string]): readonly Finding[] {
  const most = model.capabilities?.max_output_tokens;
  if (most === undefined || model.max_output_tokens === undefined || model.max_output_tokens <= most)
    return [];
  return [
    {
      path,
      kind: 'wrong',
      at: 'value',
      message: "above the model's own limit",
      expected: `at most ${most}, as \`capabilities.max_output_tokens\` says`,
      hint: 'Lower it, or raise `capabilities.max_output_tokens`.',
    },
  ];
}

function sameButForCase(section: string, names: readonly string[]): readonly Finding[] {
  const seen = new Map<string, string>();
  return names.flatMap((name): readonly Finding[] => {
    const first = seen.get(name.toLowerCase());
    if (first === undefined) {
      seen.set(name.toLowerCase(), name);
      return [];
    }
    return [
      {
        path: [section, name],
        kind: 'wrong',
        at: 'key',
        message: `differs from \`${first}\` in case alone`,
        expected: `a name that nobody takes for \`${first}\``,
        hint: 'Rename or remove one of the two.',
      },
    ];
  });
}
