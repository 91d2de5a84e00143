import * as z from 'zod/mini';

/**
 * The part of a Messages request that the gateway decides on. Everything else is the caller's and the upstream's business
 * and passes untouched, so objects are open. Source: Anthropic API reference, "Create a Message" and "Count tokens in
 * a Message".
 */
const count = z.int().check(z.nonnegative());
const text = z.optional(z.nullable(z.string()));
const share = z.optional(z.nullable(z.number().check(z.minimum(0), z.maximum(1))));

const block = z.looseObject({ type: z.string() });

const message = z.looseObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(block)]),
});

const shape = {
  model: z.string().check(z.minLength(1), z.maxLength(256)),
  messages: z.array(message).check(z.minLength(1)),
  system: z.optional(z.nullable(z.union([z.string(), z.array(block)]))),
  stream: z.optional(z.nullable(z.boolean())),
  temperature: share,
  top_p: share,
  top_k: z.optional(z.nullable(count)),
  stop_sequences: z.optional(z.nullable(z.array(z.string()))),
  tools: z.optional(z.nullable(z.array(z.looseObject({ type: text })))),
  tool_choice: z.optional(z.nullable(block)),
  thinking: z.optional(z.nullable(block)),
  metadata: z.optional(z.nullable(z.looseObject({ user_id: text }))),
  service_tier: text,
  speed: text,
  thread: z.optional(z.nullable(block)),
};

/** `max_tokens: 0` fills the prompt cache and generates nothing. */
export const requestSchema = z.looseObject({ ...shape, max_tokens: count });
export const countSchema = z.looseObject({ ...shape, max_tokens: z.optional(z.nullable(count)) });

export type MessagesBody = z.output<typeof countSchema>;
export type MessagesBlock = z.output<typeof block>;

/** What each checked parameter should have been, for errors; looked up by the path without its indexes. */
export const EXPECTED: Readonly<Record<string, string>> = {
  '': 'a JSON object',
  model: 'the name of a model, a string of 1 to 256 characters',
  max_tokens: 'a whole number of at least 0: the most tokens to generate, which this API requires',
  messages: 'a list of at least one message',
  'messages[]': 'a message object with a role and content',
  'messages[].role': 'user, assistant or system',
  'messages[].content': 'a string or a list of content blocks',
  'messages[].content[]': 'a content block object with a type',
  'messages[].content[].type': 'the type of the block, such as text or tool_result',
  system: 'a string or a list of text blocks',
  'system[]': 'a text block object with a type',
  'system[].type': 'text',
  stream: 'true or false',
  temperature: 'a number from 0 to 1',
  top_p: 'a number from 0 to 1',
  top_k: 'a whole number of at least 0',
  stop_sequences: 'a list of strings',
  'stop_sequences[]': 'a string',
  tools: 'a list of tools',
  'tools[]': 'a tool object with a name',
  'tools[].type': 'the type of the tool, such as custom',
  tool_choice: 'an object such as {"type": "auto"}',
  'tool_choice.type': 'auto, any, tool or none',
  thinking: 'an object such as {"type": "adaptive"}',
  'thinking.type': 'adaptive, enabled or disabled',
  metadata: 'an object such as {"user_id": "..."}',
  'metadata.user_id': 'a string',
  service_tier: 'auto or standard_only',
  speed: 'standard or fast',
  thread: 'an object such as {"type": "create"}',
  'thread.type': 'create or continue',
};
