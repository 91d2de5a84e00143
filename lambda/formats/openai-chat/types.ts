import * as z from 'zod/mini';

/**
 * The part of a chat completion request that the gateway decides on. Everything else is the caller's and the
 * upstream's business and passes untouched, so objects are open. Source: OpenAI API reference, "Create chat
 * completion".
 */
const positive = z.int().check(z.positive());
const switchable = z.optional(z.nullable(z.boolean()));

const part = z.looseObject({ type: z.string() });

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.optional(z.nullable(z.union([z.string(), z.array(part)]))),
  tool_calls: z.optional(z.nullable(z.array(z.looseObject({ id: z.optional(z.nullable(z.string())) })))),
  tool_call_id: z.optional(z.nullable(z.string())),
});

export const requestSchema = z.looseObject({
  model: z.string().check(z.minLength(1), z.maxLength(256)),
  messages: z.array(message).check(z.minLength(1)),
  stream: switchable,
  stream_options: z.optional(z.nullable(z.looseObject({ include_usage: switchable }))),
  max_tokens: z.optional(z.nullable(positive)),
  max_completion_tokens: z.optional(z.nullable(positive)),
  n: z.optional(z.nullable(positive.check(z.maximum(128)))),
  temperature: z.optional(z.nullable(z.number().check(z.minimum(0)))),
  top_p: z.optional(z.nullable(z.number().check(z.minimum(0), z.maximum(1)))),
  stop: z.optional(z.nullable(z.union([z.string(), z.array(z.string())]))),
  tools: z.optional(z.nullable(z.array(z.looseObject({ type: z.string() })))),
  tool_choice: z.optional(z.nullable(z.union([z.string(), z.looseObject({ type: z.string() })]))),
  parallel_tool_calls: switchable,
  response_format: z.optional(z.nullable(z.looseObject({ type: z.string() }))),
  reasoning_effort: z.optional(z.nullable(z.string())),
  user: z.optional(z.nullable(z.string())),
  safety_identifier: z.optional(z.nullable(z.string())),
  service_tier: z.optional(z.nullable(z.string())),
});

export type ChatRequestBody = z.output<typeof requestSchema>;

/** What each checked parameter should have been, for errors; looked up by the path without its indexes. */
export const EXPECTED: Readonly<Record<string, string>> = {
  '': 'a JSON object',
  model: 'the name of a model, a string of 1 to 256 characters',
  messages: 'a list of at least one message',
  'messages[]': 'a message object with a role',
  'messages[].role': 'system, developer, user, assistant, tool or function',
  'messages[].content': 'a string, a list of content parts, or null',
  'messages[].content[]': 'a content part object with a type',
  'messages[].content[].type': 'the type of the part, such as text or image_url',
  'messages[].tool_calls': 'a list of tool calls',
  'messages[].tool_calls[]': 'a tool call object',
  'messages[].tool_calls[].id': 'a string',
  'messages[].tool_call_id': 'the id of the tool call that this message answers, a string',
  stream: 'true or false',
  stream_options: 'an object such as {"include_usage": true}',
  'stream_options.include_usage': 'true or false',
  max_tokens: 'a whole number of at least 1',
  max_completion_tokens: 'a whole number of at least 1',
  n: 'a whole number from 1 to 128',
  temperature: 'a number of at least 0',
  top_p: 'a number from 0 to 1',
  stop: 'a string or a list of strings',
  tools: 'a list of tools',
  'tools[]': 'a tool object with a type',
  'tools[].type': 'the type of the tool, such as function',
  tool_choice: 'none, auto, required, or an object that names a tool',
  parallel_tool_calls: 'true or false',
  response_format: 'an object with a type, such as {"type": "json_object"}',
  'response_format.type': 'text, json_object or json_schema',
  reasoning_effort: 'none, minimal, low, medium, high, xhigh or max',
  user: 'a string',
  safety_identifier: 'a string',
  service_tier: 'a string such as auto or default',
};
