import { Ajv, type ValidateFunction } from 'ajv';

/**
 * What OpenAI's API promises of its answers, as JSON schemas: required members, types and closed words, open to further
 * members as the API itself is. Written from the type declarations of OpenAI's client; a test compares the two.
 */
const string = { type: 'string' };
const integer = { type: 'integer' };
const count = { type: 'integer', minimum: 0 };
const textOrNull = { type: ['string', 'null'] };

function object(properties: object, optional: object = {}): object {
  return { type: 'object', required: Object.keys(properties), properties: { ...properties, ...optional } };
}

function list(items: object): object {
  return { type: 'array', items };
}

const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'content_filter', 'function_call'];

const logprobs = {
  anyOf: [
    { type: 'null' },
    object({ content: { type: ['array', 'null'] }, refusal: { type: ['array', 'null'] } }),
  ],
};

const usage = object(
  { completion_tokens: count, prompt_tokens: count, total_tokens: count },
  {
    completion_tokens_details: object({}, { reasoning_tokens: count, audio_tokens: count }),
    prompt_tokens_details: object({}, { cached_tokens: count, cache_write_tokens: count }),
  },
);

const annotation = object({
  type: { const: 'url_citation' },
  url_citation: object({ end_index: count, start_index: count, title: string, url: string }),
});

const functionCall = object({
  id: string,
  function: object({ arguments: string, name: string }),
  type: { const: 'function' },
});
const customCall = object({
  id: string,
  custom: object({ input: string, name: string }),
  type: { const: 'custom' },
});

const message = object(
  { content: textOrNull, refusal: textOrNull, role: { const: 'assistant' } },
  { annotations: list(annotation), tool_calls: list({ anyOf: [functionCall, customCall] }) },
);

const callDelta = object(
  { index: count },
  {
    id: string,
    type: { enum: ['function', 'custom'] },
    function: object({}, { arguments: string, name: string }),
    custom: object({}, { input: string, name: string }),
  },
);

const delta = object(
  {},
  {
    content: textOrNull,
    refusal: textOrNull,
    role: { enum: ['developer', 'system', 'user', 'assistant', 'tool'] },
    tool_calls: list(callDelta),
  },
);

const nullableUsage = { anyOf: [{ type: 'null' }, usage] };

export const OPENAI_SCHEMAS = {
  'chat.completion': object(
    {
      id: string,
      choices: list(object({ finish_reason: { enum: FINISH_REASONS }, index: count, logprobs, message })),
      created: integer,
      model: string,
      object: { const: 'chat.completion' },
    },
    { usage },
  ),
  'chat.completion.chunk': object(
    {
      id: string,
      choices: list(
        object({ delta, finish_reason: { enum: [...FINISH_REASONS, null] }, index: count }, { logprobs }),
      ),
      created: integer,
      model: string,
      object: { const: 'chat.completion.chunk' },
    },
    { usage: nullableUsage },
  ),
  embeddings: object({
    data: list(
      object({
        embedding: { anyOf: [list({ type: 'number' }), string] },
        index: count,
        object: { const: 'embedding' },
      }),
    ),
    model: string,
    object: { const: 'list' },
    usage: object({ prompt_tokens: count, total_tokens: count }),
  }),
  models: object({
    object: { const: 'list' },
    data: list(object({ id: string, created: integer, object: { const: 'model' }, owned_by: string })),
  }),
  error: object({
    error: object({ code: textOrNull, message: string, param: textOrNull, type: string }),
  }),
} as const;

export type OpenAiSchema = keyof typeof OPENAI_SCHEMAS;

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const compiled = new Map<OpenAiSchema, ValidateFunction>();

/** What of an answer OpenAI's own would not have: empty where all is well. */
export function openAiProblems(name: OpenAiSchema, value: unknown): readonly string[] {
  let validate = compiled.get(name);
  if (validate === undefined) {
    validate = ajv.compile(OPENAI_SCHEMAS[name]);
    compiled.set(name, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
}
