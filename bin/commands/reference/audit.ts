import { COLUMNS, type Column, SCHEMA_VERSION } from '../../../lambda/core/audit/columns.ts';
import { shippedQueries } from '../query/shipped.ts';

/** The text of docs/reference/audit.md. */
export function auditReference(): string {
  const columns: readonly Column[] = COLUMNS;
  return [
    '# The audit row',
    '',
    `One row per request, schema version ${SCHEMA_VERSION}. No column holds text of a request or an answer.`,
    'Rows are never changed. A new version only adds columns, unless the schema version says otherwise.',
    'Where the same row was delivered twice, the view `audit` shows it once.',
    '',
    'Locally the rows lie in `.tollgate/audit/dt=YYYY-MM-DD/hour=HH/*.jsonl.gz`, at most two seconds after a request',
    'has ended; `npm run query` reads them with DuckDB. The same SQL runs in Athena on a deployed gateway.',
    '',
    '| column | type | null | meaning |',
    '|---|---|---|---|',
    ...columns.map(columnRow),
    '',
    "Columns of type `json` hold JSON as text: `json_extract_scalar(refused_by, '$.scope')`. `dt` and `hour` are",
    'partitions: a filter on `dt` decides how much is read.',
    '',
    '## Shipped queries',
    '',
    'Run one with `npm run query -- --name NAME`; the start of a name is enough.',
    '',
    '| name | answers |',
    '|---|---|',
    ...shippedQueries().map(({ name, about }) => `| [\`${name}\`](../queries/${name}.sql) | ${about} |`),
    '',
    '## OpenTelemetry',
    '',
    'The columns with a counterpart in the GenAI semantic conventions, which are still in development. The gateway keeps',
    'its own names, so that a change there changes no stored row.',
    '',
    '| column | attribute |',
    '|---|---|',
    ...columns.flatMap(({ name, otel }) => (otel === undefined ? [] : [`| \`${name}\` | \`${otel}\` |`])),
    '',
    '`gen_ai.operation.name` is `chat` for every row of the chat route. Times there are seconds, here milliseconds.',
    '',
  ].join('\n');
}

function columnRow({ name, type, nullable, partition, doc }: Column): string {
  const kind = partition === true ? `${type}, partition` : type;
  return `| \`${name}\` | ${kind} | ${nullable ? 'yes' : 'no'} | ${doc.replaceAll('|', '\\|')} |`;
}
