import * as z from 'zod';
import { nanoFromUsd, picoFromUsdPerMillion } from '../money.ts';
import { isTimeZone } from '../windows.ts';

/**
 * tollgate.yaml: a closed schema. An unknown key is refused, a known word that is not built is refused by name
 * (`not-built.ts`), and every leaf says what it expects. The same schema gives editors their JSON Schema.
 */
const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/i,
    'a name of letters, digits, dot, dash and underscore, at most 63 characters',
  );

/** YAML reads 0.10 as a number; its shortest decimal text is what was written, but for trailing zeros. */
const decimal = z.union([z.number().nonnegative(), z.string()]).transform(String);

const usd = decimal
  .refine(
    (text) => nanoFromUsd(text) !== undefined,
    'an amount in US dollars of at most nine decimals, such as 12.50',
  )
  .describe('US dollars');

const usdPerMillion = decimal
  .refine(
    (text) => picoFromUsdPerMillion(text) !== undefined,
    'US dollars per million tokens of at most six decimals, such as 2.50',
  )
  .describe('US dollars per million tokens');

const count = z.int().positive();

const key = z
  .strictObject({
    env: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/, 'the name of an environment variable, such as OPENAI_API_KEY')
      .optional()
      .describe('Environment variable that holds the key; read by local adapters only'),
    secret: z.string().min(1).optional().describe('Name of the Secrets Manager secret; read on AWS only'),
  })
  .refine(
    (value) => value.env !== undefined || value.secret !== undefined,
    'either `env` or `secret`, or both',
  )
  .describe('Where the key lies. Never the key itself.');

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'an http or https URL, such as http://127.0.0.1:8000/v1' })
  .refine(
    (text) => !/[?#]/.test(text) && !/\/\/[^/]*@/.test(text),
    'a URL without query, fragment and credentials',
  )
  .describe('Base of the API, with its version: `/chat/completions` is appended');

const provider = z
  .discriminatedUnion('type', [
    z
      .strictObject({ type: z.literal('sandbox') })
      .describe('Answers in process, deterministically, without a key'),
    z.strictObject({ type: z.literal('openai'), key, base_url: baseUrl.optional() }),
    z.strictObject({ type: z.literal('openai-compatible'), base_url: baseUrl, key: key.optional() }),
  ])
  .describe('An upstream that serves models');

const price = z
  .strictObject({
    input: usdPerMillion,
    output: usdPerMillion,
    cache_read: usdPerMillion.optional().describe('Cached input; default: `input`'),
    cache_write: usdPerMillion.optional().describe('Input written to a cache; default: `input`'),
    reasoning: usdPerMillion.optional().describe('Reasoning tokens; default: `output`'),
  })
  .describe('Overrides the catalog for every target of the alias');

const capabilities = z
  .strictObject({
    context_tokens: count.optional().describe('Input and output together'),
    max_output_tokens: count.optional(),
    hidden_reasoning: z.boolean().optional().describe('Bills thinking that it does not show; default false'),
    image_tokens: count.optional().describe('The most input tokens that one image costs'),
  })
  .describe('Overrides the catalog for every target of the alias');

const target = z.strictObject({
  provider: name,
  model: z
    .string()
    .min(1)
    .optional()
    .describe("The provider's name of the model; default: the name asked for"),
  priority: z.int().nonnegative().optional().describe('Lower is tried first; default: the order of the list'),
});

const model = z.strictObject({
  targets: z.array(target).min(1).max(16),
  price: price.optional(),
  capabilities: capabilities.optional(),
  max_output_tokens: count.optional().describe('Cap on output tokens where the caller gives none'),
});

/** `search`, or `search/web`: the parts of an identity that become budget scopes. */
const caller = z
  .strictObject({
    principal: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:(iam|sts)::/,
        'an ARN pattern, such as arn:aws:sts::123456789012:assumed-role/search-*',
      )
      .optional(),
    key: z
      .strictObject({ env: z.string().regex(/^[A-Z_][A-Z0-9_]*$/) })
      .optional()
      .describe('A local development key; ignored on AWS'),
    team: name,
    app: name.optional(),
    user: name.optional(),
  })
  .refine(
    (value) => (value.principal === undefined) !== (value.key === undefined),
    'either `principal` or `key`',
  );

const budget = z.strictObject({
  scope: z
    .string()
    .regex(
      /^(account|team:(\*|[\w.-]+)|app:(\*|[\w.-]+\/(\*|[\w.-]+))|user:(\*|[\w.@-]+))$/,
      'account, team:NAME, app:TEAM/NAME or user:NAME, with * for each its own',
    ),
  limit_usd: usd,
  window: z.enum(['day', 'week', 'month', 'total']),
  tz: z
    .string()
    .refine(isTimeZone, 'an IANA time zone, such as Europe/Berlin')
    .optional()
    .describe('Zone in which the calendar turns; default UTC'),
  mode: z.literal('enforce').optional(),
});

const action = z.enum(['allow', 'redact', 'block']);

const guard = z
  .strictObject({
    mode: z.literal('enforce').optional(),
    classes: z
      .strictObject({
        credential: action.optional().describe('Vendor keys, private keys, JWTs; default allow'),
        contact: action.optional().describe('E-mail addresses; default allow'),
        card: action.optional().describe('Payment card numbers; default allow'),
        financial: action.optional().describe('IBANs; default allow'),
      })
      .optional(),
  })
  .describe('What may leave for an upstream, by class of data');

const limits = z
  .strictObject({
    request_ms: count.optional(),
    hold_headers_ms: count.optional(),
    heartbeat_ms: count.optional(),
    upstream_head_ms: count.optional(),
    upstream_idle_ms: count.optional(),
    connect_ms: count.optional(),
    attempts: z.int().min(1).max(10).optional(),
    body_bytes: z
      .int()
      .positive()
      .max(6 * 1024 * 1024)
      .optional(),
    held_events: count.optional(),
    held_bytes: count.optional(),
    drain_ms: count.optional(),
    refusal_rows_per_second: count.optional(),
  })
  .describe('Overrides of the built-in maxima');

export const configSchema = z.strictObject({
  providers: z.record(name, provider),
  models: z.record(z.string().regex(/^[^\s*]*\*?$/, 'a model name, with at most one * at its end'), model),
  callers: z.array(caller).max(1000).optional(),
  teams: z.record(name, z.strictObject({ description: z.string().optional() })).optional(),
  budgets: z.array(budget).max(1000).optional(),
  guard: guard.optional(),
  limits: limits.optional(),
});

/** A validated config, as synth writes it into the bundle and as every world reads it. */
export type Config = z.output<typeof configSchema>;
export type ProviderConfig = Config['providers'][string];
export type GuardAction = z.output<typeof action>;
export type DataClass = keyof NonNullable<NonNullable<Config['guard']>['classes']>;
