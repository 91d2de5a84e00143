/** How a column is kept: `json` is JSON as text, so that the same SQL reads it in Athena and in DuckDB. */
export type ColumnType = 'string' | 'bigint' | 'int' | 'double' | 'boolean' | 'timestamp' | 'json';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** Kept in the folder's name instead of the file. */
  readonly partition?: true;
  /** One sentence for the reference page. */
  readonly doc: string;
  /** The attribute of OpenTelemetry's GenAI conventions with the same meaning. */
  readonly otel?: string;
}

function column<N extends string, T extends ColumnType>(name: N, type: T, doc: string, otel?: string) {
  return { name, type, nullable: false, doc, ...(otel === undefined ? {} : { otel }) } as const;
}

function optional<N extends string, T extends ColumnType>(name: N, type: T, doc: string, otel?: string) {
  return { name, type, nullable: true, doc, ...(otel === undefined ? {} : { otel }) } as const;
}

function partition<N extends string>(name: N, doc: string) {
  return { name, type: 'string', nullable: false, partition: true, doc } as const;
}

/** Version of the list below; raised when a column changes its meaning, never for a new one. */
export const SCHEMA_VERSION = 1;

/**
 * The audit row, one per request. This list is the only place that names its columns: the type of a row, the Glue table,
 * the local reader and the reference page come from it. No column ever holds text of a request or an answer.
 */
export const COLUMNS = [
  column('request_id', 'string', 'Id of the request, also in `x-tollgate-request-id`; one row per id.'),
  column('schema_version', 'int', 'Version of this list of columns.'),
  column('time', 'timestamp', 'When the request was received, UTC, in milliseconds.'),
  partition('dt', 'Day of `time`, `YYYY-MM-DD`; name it in a filter, so that only those days are read.'),
  partition('hour', 'Hour of `time`, `00` to `23`.'),
  column('environment', 'string', 'The deployment that served the request.'),
  column('config_version', 'string', 'Hash of the configuration that decided.'),
  column(
    'principal',
    'string',
    'Who called: account and role or IAM user; `local` for an unnamed local caller.',
  ),
  optional('team', 'string', 'Team that `callers` maps the principal to.'),
  optional('app', 'string', 'App that `callers` maps the principal to.'),
  optional('user', 'string', 'Person behind the call, where the identity proves one.'),
  optional('end_user', 'string', 'What the caller says about its own user: attribution, never proof.'),
  column('dialect', 'string', 'Wire format of the call, such as `openai-chat`.'),
  column('route', 'string', 'Route that was called.'),
  optional('model_asked', 'string', 'Model as the caller asked for it.', 'gen_ai.request.model'),
  optional(
    'provider',
    'string',
    'Provider that served, or that was planned if none did.',
    'gen_ai.provider.name',
  ),
  optional('model_served', 'string', "The provider's own name of the model.", 'gen_ai.response.model'),
  optional('target', 'string', '`provider/model_served`.'),
  column('stream', 'boolean', 'Whether the caller asked for a stream.', 'gen_ai.request.stream'),
  optional('status', 'int', 'HTTP status that the caller got; null if the process died before.'),
  column(
    'outcome',
    'string',
    'How it ended: `ok`, `refused`, `client_gone`, `cut`, `upstream_error`, `abandoned` (the process died), ...',
  ),
  optional('error_code', 'string', 'Code of the error that the caller got.', 'error.type'),
  optional(
    'finish_reason',
    'string',
    'Why the answer ended: `stop`, `length`, `tool_calls`, `content_filter`, `other`.',
    'gen_ai.response.finish_reasons',
  ),
  column(
    'input_tokens',
    'bigint',
    'Input tokens outside the cache. OpenTelemetry counts the cached ones in: add both cache columns.',
    'gen_ai.usage.input_tokens',
  ),
  column(
    'cache_read_tokens',
    'bigint',
    'Input tokens read from a cache.',
    'gen_ai.usage.cache_read.input_tokens',
  ),
  column(
    'cache_write_tokens',
    'bigint',
    'Input tokens written to a cache.',
    'gen_ai.usage.cache_creation.input_tokens',
  ),
  column(
    'output_tokens',
    'bigint',
    'Output tokens without reasoning. OpenTelemetry counts reasoning in: add `reasoning_tokens`.',
    'gen_ai.usage.output_tokens',
  ),
  column('reasoning_tokens', 'bigint', 'Tokens of thinking.', 'gen_ai.usage.reasoning.output_tokens'),
  column(
    'usage_source',
    'string',
    '`upstream` (reported), `partial` (a bound after a cut), `estimate` (the hold, after a crash), `none`.',
  ),
  column('cost_nano_usd', 'bigint', 'What was charged, in 10^-9 US dollars; exact.'),
  column('cost_usd', 'double', 'The same in US dollars, for reading; sum `cost_nano_usd` instead.'),
  column('held_nano_usd', 'bigint', 'The most that was held for the request, in 10^-9 US dollars.'),
  optional('price_version', 'string', 'Row of the price list that was used.'),
  column('overrun', 'boolean', 'Whether the charge was above the hold.'),
  optional('total_ms', 'double', 'From receipt to the last byte.'),
  optional(
    'ttft_ms',
    'double',
    'From receipt to the first content that was sent.',
    'gen_ai.response.time_to_first_chunk',
  ),
  optional('overhead_ms', 'double', "The gateway's own share of `total_ms`."),
  column('attempts', 'int', 'Calls made to providers.'),
  column(
    'attempts_detail',
    'json',
    'List of `{target, result, ms, billed}`, in order; `result` is `ok` or a code.',
  ),
  column('guard_action', 'string', '`none`, `redacted` or `blocked`.'),
  column('guard_counts', 'json', 'Findings per type, such as `{"email": 2}`.'),
  column('warnings', 'json', 'List of what was changed, dropped or added, as the caller was told.'),
  optional('refused_by', 'json', 'What refused: scope, window, limit and the like.'),
  column('count', 'int', 'Requests behind this row: 1, or more for refusals in a flood.'),
  optional('client', 'string', "The caller's user agent, shortened."),
  optional(
    'would_refuse',
    'json',
    'List of observed limits that had no room and would have refused, such as `["team:search day"]`.',
  ),
] as const;
