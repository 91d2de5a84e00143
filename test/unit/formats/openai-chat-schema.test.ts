import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { OPENAI_SCHEMAS } from '../../support/openai-schema.ts';

const DECLARATIONS = {
  chat: readFileSync('node_modules/openai/resources/chat/completions/completions.d.ts', 'utf8'),
  usage: readFileSync('node_modules/openai/resources/completions.d.ts', 'utf8'),
  embeddings: readFileSync('node_modules/openai/resources/embeddings.d.ts', 'utf8'),
  models: readFileSync('node_modules/openai/resources/models.d.ts', 'utf8'),
};

/** Members of an interface that must be there, by its first declaration behind `after`. */
function required(source: keyof typeof DECLARATIONS, name: string, after = ''): string[] {
  const text = DECLARATIONS[source].replace(/\/\*\*[\s\S]*?\*\//g, '');
  const from = text.indexOf(`interface ${name} {`, after === '' ? 0 : text.indexOf(after));
  assert.notEqual(from, -1, name);
  const indent = text.slice(text.lastIndexOf('\n', from) + 1, from).replace(/\S.*/, '');
  const body = text.slice(from, text.indexOf(`\n${indent}}`, from));
  return [...body.matchAll(new RegExp(`^${indent}    (\\w+): `, 'gm'))].map((match) => match[1] ?? '').sort();
}

/** The `required` list of a schema that lies behind member names; a list's items are passed through. */
function demanded(schema: object, ...path: string[]): string[] {
  let at: unknown = schema;
  for (const name of path) at = Reflect.get(at as object, name);
  return [...(Reflect.get(at as object, 'required') as string[])].sort();
}

const whole = OPENAI_SCHEMAS['chat.completion'];
const chunk = OPENAI_SCHEMAS['chat.completion.chunk'];
const choice = ['properties', 'choices', 'items'];

test('the schemas demand what the declarations of the official client promise', () => {
  assert.deepEqual(demanded(whole), required('chat', 'ChatCompletion'));
  assert.deepEqual(demanded(whole, ...choice), required('chat', 'Choice', 'namespace ChatCompletion {'));
  const message = [...choice, 'properties', 'message'];
  assert.deepEqual(demanded(whole, ...message), required('chat', 'ChatCompletionMessage'));
  assert.deepEqual(demanded(whole, 'properties', 'usage'), required('usage', 'CompletionUsage'));
  const annotation = [...message, 'properties', 'annotations', 'items'];
  assert.deepEqual(demanded(whole, ...annotation), required('chat', 'Annotation'));
  assert.deepEqual(
    demanded(whole, ...annotation, 'properties', 'url_citation'),
    required('chat', 'URLCitation'),
  );
  assert.deepEqual(demanded(chunk), required('chat', 'ChatCompletionChunk'));
  assert.deepEqual(demanded(chunk, ...choice), required('chat', 'Choice', 'namespace ChatCompletionChunk {'));
  assert.deepEqual(demanded(OPENAI_SCHEMAS.embeddings), required('embeddings', 'CreateEmbeddingResponse'));
  assert.deepEqual(
    demanded(OPENAI_SCHEMAS.embeddings, 'properties', 'data', 'items'),
    required('embeddings', 'Embedding'),
  );
  assert.deepEqual(
    demanded(OPENAI_SCHEMAS.models, 'properties', 'data', 'items'),
    required('models', 'Model'),
  );
});
