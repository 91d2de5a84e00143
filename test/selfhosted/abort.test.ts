import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type OpenAI from 'openai';
import { LIMIT_NANO, PRICE, startBehindGateway, usd } from './behind-gateway.ts';
import type { Slot } from './llama.ts';

const behind = await startBehindGateway();
after(() => behind.end());

const MOST = 3_900;
/** The model may not end by itself: an answer of many seconds. */
const endless = { ignore_eos: true, max_tokens: MOST, temperature: 0 };
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Tell me a long story.' }];

/** Milliseconds between two looks, seldom enough for the server to notice that a caller has gone. */
const SELDOM_MS = 2_000;

function assertGivenUp({ n_prompt_tokens: tokens }: Slot): void {
  assert.ok(tokens !== undefined && tokens < MOST, `the server went on to ${tokens} tokens`);
}

test('a stream that its caller gives up ends in the server too, and a bound of it is charged', async () => {
  const stream = await behind.client.chat.completions.create({
    ...endless,
    messages,
    model: 'small',
    stream: true,
    user: 'streaming',
  });
  let got = 0;
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) got += 1;
    if (got === 5) stream.controller.abort();
  }
  assertGivenUp(await behind.llama.idle());

  const row = await behind.rowWhere((candidate) => candidate['end_user'] === 'streaming');
  assert.equal(row['outcome'], 'client_gone');
  assert.equal(row['usage_source'], 'partial');
  // Never less than what was delivered, never more than what was held.
  assert.ok(Number(row['output_tokens']) >= got && Number(row['output_tokens']) < MOST);
  assert.ok(Number(row['cost_nano_usd']) >= got * PRICE.output);
  assert.ok(Number(row['cost_nano_usd']) < Number(row['held_nano_usd']));

  const { response } = await behind.client.chat.completions
    .create({ messages, model: 'small', max_tokens: 1 })
    .withResponse();
  const next = await behind.row(response);
  assert.equal(
    response.headers.get('x-tollgate-budget-remaining-usd'),
    String(Number(usd(LIMIT_NANO - Number(row['cost_nano_usd']) - Number(next['held_nano_usd'])))),
  );
});

test('an answer that is not streamed is given up in the server as well, and all that was held is charged', async () => {
  const controller = new AbortController();
  const body = { ...endless, messages, model: 'small', user: 'waiting' };
  const answer = behind.client.chat.completions.create(body, { signal: controller.signal });
  const aborted = assert.rejects(answer);
  await behind.llama.busy();
  controller.abort();
  await aborted;
  assertGivenUp(await behind.llama.idle(SELDOM_MS));

  const row = await behind.rowWhere((candidate) => candidate['end_user'] === 'waiting');
  assert.equal(row['outcome'], 'client_gone');
  assert.equal(row['usage_source'], 'partial');
  assert.equal(row['output_tokens'], MOST);
  assert.equal(row['cost_nano_usd'], row['held_nano_usd']);
});

test('after answers that were given up, the server and the gateway serve the next one', async () => {
  const answer = await behind.client.chat.completions.create({ messages, model: 'small', max_tokens: 4 });
  assert.equal(answer.usage?.completion_tokens, 4);
});
