import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type OpenAI from 'openai';
import { repeatable, startBehindGateway } from './behind-gateway.ts';

const behind = await startBehindGateway();
after(() => behind.end());

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Is the sky green?' }];

/** The SDK's types know none of the server's own fields. */
function ask(fields: Readonly<Record<string, unknown>>): Promise<OpenAI.ChatCompletion> {
  return behind.client.chat.completions.create({ ...fields, messages, model: 'small', max_tokens: 16 });
}

for (const word of ['maybe', 'žluťoučký 🐎', 'yes" or "no']) {
  test(`a grammar decides the answer: ${word}`, async () => {
    const answer = await ask({ ...repeatable, grammar: `root ::= ${JSON.stringify(word)}` });
    assert.equal(answer.choices[0]?.message.content, word);
    assert.equal(answer.choices[0]?.finish_reason, 'stop');
  });
}

test('a grammar of two words is obeyed with any seed', async () => {
  for (let seed = 0; seed < 5; seed += 1) {
    const answer = await ask({ seed, temperature: 2, grammar: 'root ::= "yes" | "no"' });
    assert.match(answer.choices[0]?.message.content ?? '', /^(yes|no)$/);
  }
});

test('top_k of one leaves no choice, however high the temperature', async () => {
  const greedy = await ask(repeatable);
  const free = await ask({ ...repeatable, temperature: 2 });
  const hot = await ask({ ...repeatable, temperature: 2, top_k: 1 });
  assert.notEqual(free.choices[0]?.message.content, greedy.choices[0]?.message.content);
  assert.equal(hot.choices[0]?.message.content, greedy.choices[0]?.message.content);
});

test('sampling fields arrive at the server with their values, and it reports them', async () => {
  const fields = {
    top_k: 7,
    min_p: 0.25,
    repeat_penalty: 1.5,
    repeat_last_n: 33,
    typical_p: 0.5,
    ignore_eos: true,
  };
  await ask(fields);
  const { params } = await behind.llama.idle();
  for (const [name, value] of Object.entries(fields)) assert.equal(params?.[name], value, name);
});

test('fields of an answer that only this server has reach the caller', async () => {
  const answer = await ask({ ...repeatable, timings_per_token: true });
  assert.ok('timings' in answer);
});
