import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type OpenAI from 'openai';
import type { ExportedRow } from '../support/local-gateway.ts';
import { PRICE, repeatable, startBehindGateway, usd } from './behind-gateway.ts';

const behind = await startBehindGateway();
after(() => behind.end());

const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: 'You are a helpful teacher.' },
  { role: 'user', content: 'Name the colours of the rainbow.' },
];
const asked = { ...repeatable, messages, max_tokens: 24 };

/** What the usage of an answer costs at the prices of the alias. */
function costOf(usage: OpenAI.CompletionUsage): number {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  return (
    (usage.prompt_tokens - cached) * PRICE.input +
    cached * PRICE.cacheRead +
    usage.completion_tokens * PRICE.output
  );
}

function assertCharged(row: ExportedRow, usage: OpenAI.CompletionUsage | null | undefined): void {
  assert.ok(usage);
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  assert.equal(row['outcome'], 'ok');
  assert.equal(row['usage_source'], 'upstream');
  assert.equal(row['input_tokens'], usage.prompt_tokens - cached);
  assert.equal(row['cache_read_tokens'], cached);
  assert.equal(row['output_tokens'], usage.completion_tokens);
  assert.equal(row['cost_nano_usd'], costOf(usage));
}

test('an answer that is not streamed is the one that the server gives, and is charged by its usage', async () => {
  const own = await behind.direct.chat.completions.create({ ...asked, model: 'smollm2' });
  const { data, response } = await behind.client.chat.completions
    .create({ ...asked, model: 'small' })
    .withResponse();
  assert.deepEqual(data.choices, own.choices);
  assert.deepEqual(data.usage, own.usage);
  assert.equal(response.headers.get('x-tollgate-target'), 'llama/smollm2');
  assert.ok(data.usage);
  assert.equal(Number(response.headers.get('x-tollgate-cost-usd')), costOf(data.usage) / 1e9);
  assertCharged(await behind.row(response), data.usage);
});

test('a stream gives the text and the usage of the whole answer', async () => {
  const own = await behind.direct.chat.completions.create({ ...asked, model: 'smollm2' });
  const { data, response } = await behind.client.chat.completions
    .create({ ...asked, model: 'small', stream: true, stream_options: { include_usage: true } })
    .withResponse();
  let text = '';
  let finish: string | null | undefined;
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of data) {
    text += chunk.choices[0]?.delta.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, own.choices[0]?.message.content);
  assert.equal(finish, own.choices[0]?.finish_reason);
  assert.deepEqual(usage, own.usage);
  assertCharged(await behind.row(response), usage);
});

test('a stream whose caller asked for no usage shows none and is charged by it all the same', async () => {
  const own = await behind.direct.chat.completions.create({ ...asked, model: 'smollm2' });
  const { data, response } = await behind.client.chat.completions
    .create({ ...asked, model: 'small', stream: true })
    .withResponse();
  for await (const chunk of data) {
    assert.equal(chunk.usage ?? undefined, undefined);
    assert.equal(chunk.choices.length, 1);
  }
  assertCharged(await behind.row(response), own.usage);
});

test("the SDK's stream helper puts the server's deltas together, whose first one has no text", async () => {
  const own = await behind.direct.chat.completions.create({ ...asked, model: 'smollm2' });
  const final = await behind.client.chat.completions
    .stream({ ...asked, model: 'small' })
    .finalChatCompletion();
  assert.equal(final.choices[0]?.message.content, own.choices[0]?.message.content);
});

test('a prompt that the server has in its cache is charged at the price of cached tokens', async () => {
  const again = { ...asked, model: 'small', cache_prompt: true };
  await behind.client.chat.completions.create(again);
  const { data, response } = await behind.client.chat.completions.create(again).withResponse();
  assert.ok((data.usage?.prompt_tokens_details?.cached_tokens ?? 0) > 0);
  assertCharged(await behind.row(response), data.usage);
});

test('a stop sequence ends the answer before it', async () => {
  const own = await behind.direct.chat.completions.create({ ...asked, model: 'smollm2' });
  const stop = own.choices[0]?.message.content?.slice(8, 12) ?? '';
  assert.equal(stop.length, 4);
  for (const stream of [false, true]) {
    const answer = await text({ ...asked, stop, stream });
    assert.equal(answer, own.choices[0]?.message.content?.slice(0, 8));
  }
});

test('what is left of the budget is its limit without what every answer before has cost', async () => {
  const { response } = await behind.client.chat.completions
    .create({ ...asked, model: 'small' })
    .withResponse();
  const first = await behind.row(response);
  const { response: second } = await behind.client.chat.completions
    .create({ ...asked, model: 'small' })
    .withResponse();
  const row = await behind.row(second);
  const remaining = (answer: Response) => Number(answer.headers.get('x-tollgate-budget-remaining-usd'));
  // Both hold the same while they run, so what the first one cost is all the difference.
  assert.equal(row['held_nano_usd'], first['held_nano_usd']);
  assert.equal(usd(1e9 * (remaining(response) - remaining(second))), usd(Number(first['cost_nano_usd'])));
});

test('a target that cannot be reached is passed over for the server', async () => {
  const { data, response } = await behind.client.chat.completions
    .create({ ...asked, model: 'second-choice' })
    .withResponse();
  assert.ok(data.choices[0]?.message.content);
  assert.equal(response.headers.get('x-tollgate-target'), 'llama/smollm2');
  assert.equal(response.headers.get('x-tollgate-attempts'), '2');
  assertCharged(await behind.row(response), data.usage);
});

async function text(body: Omit<OpenAI.ChatCompletionCreateParams, 'model'>): Promise<string> {
  const params = { ...body, model: 'small' };
  if (!params.stream) {
    const whole = await behind.client.chat.completions.create({ ...params, stream: false });
    return whole.choices[0]?.message.content ?? '';
  }
  let streamed = '';
  for await (const chunk of await behind.client.chat.completions.create({ ...params, stream: true })) {
    streamed += chunk.choices[0]?.delta.content ?? '';
  }
  return streamed;
}
