/** Most texts of one request. Source: OpenAI API reference, "Create embeddings". */
export const MOST_INPUTS = 2048;

/** What each parameter should have been, for errors. */
export const EXPECTED = {
  body: 'a JSON object',
  model: 'the name of a model, a string of 1 to 256 characters',
  input: `a string, a list of 1 to ${MOST_INPUTS} strings, or token ids`,
  text: 'a string, as the inputs before it',
  tokens: 'a list of token ids, as the inputs before it',
  token: 'a token id, a whole number of at least 0',
  dimensions: 'a whole number of at least 1',
  encoding_format: '"float" or "base64"',
  user: 'a string',
  input_type: 'a string such as search_query',
} as const;
