import { catalogRows, priceVersion } from '../../../lambda/catalog/catalog.ts';
import type { ModelRow, RowPrice, Usd } from '../../../lambda/catalog/row.ts';

const PROVIDERS: readonly (readonly [type: string, title: string])[] = [
  ['openai', 'OpenAI'],
  ['anthropic', 'Anthropic'],
  ['bedrock', 'Amazon Bedrock'],
  ['openai-compatible', 'Models with open weights'],
  ['sandbox', 'The sandbox'],
];

/** The text of docs/reference/models.md. */
export function modelsReference(): string {
  const rows = catalogRows();
  return [
    ...INTRODUCTION,
    ...PROVIDERS.flatMap(([type, title]) =>
      section(
        title,
        rows.filter(({ provider }) => provider === type),
      ),
    ),
    '## Sources',
    '',
    'The page of the vendor, and the day on which the row was last compared with it or with catalogues that cite it.',
    '',
    '| provider | model | checked | source |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.provider} | \`${row.model}\` | ${row.checked} | ${row.source} |`),
    '',
  ].join('\n');
}

const INTRODUCTION: readonly string[] = [
  '# The models that the gateway knows',
  '',
  'Prices are US dollars per million tokens, of the standard service tier. A row of the audit names the price that it was',
  'charged at in `price_version`. Two public price catalogues agree on every price, unless the data file says why not;',
  '`npm run tollgate -- catalog check` compares them with one of the two as it is today.',
  '',
  'A model that is not here, or has no price where it is called, is refused wherever a budget applies: give its alias a',
  '`price` in tollgate.yaml, which also overrides a price below. `capabilities` there override what a model can do.',
  '',
  '- **cache write**: for the default time of the provider, and after the slash for longer: an hour at Anthropic.',
  '- **above N**: the rates of the whole request where its input has more tokens, cached ones included.',
  '- Reasoning tokens cost what output tokens cost.',
  '- **thinking**: `budget`, told a number of tokens; `adaptive`, decides by itself, by an effort at most; `effort`, told an',
  '  effort alone; `none`. **sampling**: `temperature` and `top_p` together (`both`), one of them, or `none`.',
  '- **hidden**: bills thinking that it does not show, so an answer that was cut is charged its whole output bound.',
  '- **image**: the most tokens of one image, for reservations. Where it is `?`, an image is refused under a budget.',
  '- `?` stands for what is not known: it is tried.',
  '',
];

function section(title: string, rows: readonly ModelRow[]): readonly string[] {
  const chat = rows.filter(({ kind }) => kind === 'chat');
  const embeddings = rows.filter(({ kind }) => kind === 'embeddings');
  const priced = rows.some(({ prices }) => prices.length > 0);
  return [
    `## ${title}`,
    '',
    ...(NOTES[title] ?? []),
    ...(priced ? pricesTable(rows) : []),
    ...chatTable(chat),
    ...(embeddings.length > 0 ? embeddingsTable(embeddings) : []),
  ];
}

const NOTES: Readonly<Record<string, readonly string[]>> = {
  OpenAI: [
    'At the usual endpoint. `+10 %`: with a `base_url` that keeps data in a region (`https://eu.api.openai.com/v1`) every rate is',
    '10 % higher, and the price version ends so.',
    '',
  ],
  'Amazon Bedrock': [
    'A price holds for an id with one of the prefixes that are listed, or for the id alone where it says `id`, in the Regions',
    'in brackets or in all. Ids, ids of inference profiles and their ARNs are understood. Elsewhere a model has no price.',
    '',
  ],
  'Models with open weights': [
    'By family, as the names of Ollama and of the weights begin: `llama3.3:70b`, `meta-llama/Llama-3.3-70B-Instruct`. Who serves',
    'a model decides its price and how much of its context is served, so these rows tell what it can do at most.',
    '',
  ],
};

function pricesTable(rows: readonly ModelRow[]): readonly string[] {
  const cells = rows.flatMap((row) => row.prices.flatMap((price) => priceRows(row, price)));
  return [
    '| price version | where, when | input | cache read | cache write | output |',
    '|---|---|---:|---:|---:|---:|',
    ...cells,
    '',
  ];
}

function priceRows(row: ModelRow, price: RowPrice): readonly string[] {
  const version = `\`${priceVersion(row, price)}\``;
  const rows = [`| ${version} | ${whereOf(price)} | ${figures(price.usd)} |`];
  if (price.long !== undefined) {
    rows.push(`| | above ${count(price.long.above)} | ${figures(price.long.usd)} |`);
  }
  return rows;
}

function whereOf({ scopes, regions, from, residency }: RowPrice): string {
  const places = (scopes ?? []).map((scope) => {
    if (scope !== 'region') return `\`${scope}.\``;
    return regions === undefined ? 'id' : `id (${regions.join(', ')})`;
  });
  const notes = [from === undefined ? '' : `from ${from}`, residency === true ? '+10 % in a region' : ''];
  return [...places, ...notes.filter((note) => note !== '')].join(', ');
}

function figures({ input, cacheRead, cacheWrite, cacheWriteLong, output }: Usd): string {
  const write = cacheWrite ?? input;
  const long = cacheWriteLong === undefined || cacheWriteLong === write ? '' : ` / ${cacheWriteLong}`;
  return [input, cacheRead ?? input, `${write}${long}`, output].join(' | ');
}

function chatTable(rows: readonly ModelRow[]): readonly string[] {
  return [
    '| model | also | context | max output | takes | tools | JSON schema | thinking | sampling | hidden | image |',
    '|---|---|---:|---:|---|---|---|---|---|---|---:|',
    ...rows.map(
      (row) =>
        `| ${[
          `\`${row.model}\``,
          names(row.aliases),
          count(row.contextTokens),
          row.maxOutputTokens === undefined ? '' : count(row.maxOutputTokens),
          ['text', ...row.takes].join(', '),
          yes(row.tools),
          yes(row.structuredOutput),
          row.thinking ?? '?',
          row.sampling ?? '?',
          row.hiddenReasoning === true ? 'yes' : 'no',
          row.takes.includes('image') ? count(row.imageTokens) : '',
        ].join(' | ')} |`,
    ),
    '',
  ];
}

function embeddingsTable(rows: readonly ModelRow[]): readonly string[] {
  return [
    '| embeddings model | input tokens of a text | length of its vectors |',
    '|---|---:|---:|',
    ...rows.map((row) => `| \`${row.model}\` | ${count(row.contextTokens)} | ${row.dimensions ?? '?'} |`),
    '',
  ];
}

function names(ids: readonly string[]): string {
  return ids.map((id) => `\`${id}\``).join(', ');
}

function count(tokens: number | undefined): string {
  return tokens === undefined ? '?' : tokens.toLocaleString('en-US');
}

function yes(value: boolean | undefined): string {
  if (value === undefined) return '?';
  return value ? 'yes' : 'no';
}
