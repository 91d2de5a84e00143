import { describedSchema, type JsonSchema } from '../../../lambda/core/config/json-schema.ts';
import { NOT_BUILT, NOT_BUILT_VALUES } from '../../../lambda/core/config/not-built.ts';
import { configurationRules } from './configuration-rules.ts';
import { EXAMPLE } from './example.ts';

/** The text of docs/reference/configuration.md. */
export function configurationReference(): string {
  const sections = Object.entries(describedSchema().properties ?? {});
  return [
    '# tollgate.yaml',
    '',
    'One file configures a deployment. `npm start` and `cdk deploy` read it; both refuse a file with an unknown key, a',
    'wrong value or a known word that is not built yet, and name line, column and remedy.',
    '`npm run tollgate -- config check` does the same without starting anything. Nothing in the file is interpolated.',
    'Amounts are exact decimals. Anchors, aliases and merge keys (`<<`) work.',
    '',
    'For completion and checks while you type, let the first line of the file be',
    '`# yaml-language-server: $schema=docs/reference/tollgate.schema.json`.',
    '',
    ...sections.flatMap(([name, schema]) => sectionOf(name, schema)),
    ...configurationRules(),
    '',
    '## Not built yet',
    '',
    'These words belong to the language. Writing one is an error that says so: a limit that is accepted and ignored would',
    'be worse than none.',
    '',
    '| word | message |',
    '|---|---|',
    ...Object.entries(NOT_BUILT).map(([path, message]) => row(code(path), message)),
    ...Object.entries(NOT_BUILT_VALUES).flatMap(([path, values]) =>
      Object.entries(values).map(([value, message]) => row(code(`${path}: ${value}`), message)),
    ),
    '',
    '## Example with every key',
    '',
    '```yaml',
    EXAMPLE.trimEnd(),
    '```',
    '',
  ].join('\n');
}

function sectionOf(name: string, schema: JsonSchema): readonly string[] {
  const described = schema.description ?? '';
  return [
    `## ${name}`,
    '',
    described,
    '',
    ...explained(schema, described),
    ...table(rowsOf(schema, entryPath(schema))),
  ];
}

/** What one entry of a list or record is, where it has words of its own. */
function explained(schema: JsonSchema, described: string): readonly string[] {
  const entry = entryOf(schema);
  return entry.description === undefined || entry.description === described ? [] : [entry.description, ''];
}

function table(rows: readonly string[]): readonly string[] {
  return ['| key | type | default | meaning |', '|---|---|---|---|', ...rows, ''];
}

function entryOf(schema: JsonSchema): JsonSchema {
  if (schema.items !== undefined) return schema.items;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : schema;
}

function entryPath(schema: JsonSchema): string {
  if (schema.items !== undefined) return '[].';
  return typeof schema.additionalProperties === 'object' ? 'NAME.' : '';
}

/** One row per key below a schema; of a union, each variant's keys with the word that chooses it. */
function rowsOf(schema: JsonSchema, prefix: string): readonly string[] {
  const entry = entryOf(schema);
  const variants = entry.oneOf ?? [entry];
  return variants.flatMap((variant) => {
    const chosen = variant.properties?.['type']?.const;
    const heading =
      chosen === undefined
        ? []
        : [row('', '', '', `**${code(`type: ${String(chosen)}`)}** ${variant.description ?? ''}`)];
    const keys = Object.entries(variant.properties ?? {});
    return [...heading, ...keys.flatMap(([key, member]) => keyRows(variant, key, member, prefix))];
  });
}

function keyRows(parent: JsonSchema, key: string, schema: JsonSchema, prefix: string): readonly string[] {
  const path = `${prefix}${key}`;
  const required = parent.required?.includes(key) === true;
  const own = row(code(path), typeOf(schema), defaultOf(schema, required), schema.description ?? '');
  const nested =
    entryOf(schema).properties === undefined
      ? []
      : rowsOf(schema, `${path}${schema.items === undefined ? '.' : '[].'}`);
  return [own, ...nested];
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(', ');
  if (schema.anyOf !== undefined) return 'decimal';
  if (schema.type === 'array') return 'list';
  if (schema.type === 'object') return 'mapping';
  return { string: 'text', boolean: 'true or false' }[schema.type ?? ''] ?? numberType(schema);
}

function numberType(schema: JsonSchema): string {
  const most =
    schema.maximum === undefined || schema.maximum === Number.MAX_SAFE_INTEGER
      ? ''
      : `, at most ${schema.maximum}`;
  return `whole number${most}`;
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return 'required';
  if (schema.defaultText !== undefined) return schema.defaultText;
  return schema.default === undefined ? '' : code(String(schema.default));
}

function code(text: string): string {
  return `\`${text}\``;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
