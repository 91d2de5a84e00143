import { catalogRows, priceVersion } from '../../../lambda/catalog/catalog.ts';
import type { ModelRow } from '../../../lambda/catalog/row.ts';

/** The text of docs/reference/models.md. */
export function modelsReference(): string {
  return [
    '# The models that the gateway knows',
    '',
    'Prices are US dollars per million tokens, of the standard service tier. Each row names the page that they stand on',
    'and the day of its last check; two public price catalogues agree on every OpenAI row. A row of the audit names the',
    'price that it was charged at in `price_version`.',
    '',
    'A model that is not here has no price, and a request for it is refused wherever a budget applies: give its alias a',
    '`price` in tollgate.yaml, which also overrides a price below. Models whose price depends on the length of the prompt',
    'are left out, because a price is one figure per class.',
    '',
    '| provider | model | snapshots | input | cache read | cache write | output | context | max output | hidden reasoning |',
    '|---|---|---|---:|---:|---:|---:|---:|---:|---|',
    ...catalogRows().map(modelRow),
    '',
    'Reasoning tokens cost what output tokens cost in every row. Hidden reasoning: the model bills thinking that it does',
    'not show, so an answer that was cut is charged its whole output bound.',
    '',
    '## Sources',
    '',
    '| price version | from | checked | source |',
    '|---|---|---|---|',
    ...catalogRows().map(sourceRow),
    '',
  ].join('\n');
}

function modelRow(row: ModelRow): string {
  const { usd } = row;
  const snapshots = row.snapshots.map((id) => `\`${id}\``).join(', ');
  const prices = [usd.input, usd.cacheRead, usd.cacheWrite, usd.output];
  const limits = [row.contextTokens, row.maxOutputTokens].map((tokens) => tokens.toLocaleString('en-US'));
  const cells = [
    row.provider,
    `\`${row.model}\``,
    snapshots,
    ...prices,
    ...limits,
    row.hiddenReasoning ? 'yes' : 'no',
  ];
  return `| ${cells.join(' | ')} |`;
}

function sourceRow(row: ModelRow): string {
  return `| \`${priceVersion(row)}\` | ${row.from} | ${row.checked} | ${row.source} |`;
}
