import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { auditRows } from '../support/local-gateway.ts';
import { startBehindGateway } from './behind-gateway.ts';
import { startLlama } from './llama.ts';
import { until } from './until.ts';

const behind = await startBehindGateway();
after(() => behind.end());

const REQUESTS = 300;
const AT_ONCE = 4;
const shortly = { model: 'small', messages: [{ role: 'user' as const, content: 'Hi' }], max_tokens: 1 };

async function one(stream: boolean): Promise<void> {
  if (!stream) {
    const whole = await behind.client.chat.completions.create(shortly);
    assert.equal(whole.choices[0]?.finish_reason, 'length');
    return;
  }
  const finished: unknown[] = [];
  for await (const chunk of await behind.client.chat.completions.create({ ...shortly, stream })) {
    if (chunk.choices[0]?.finish_reason) finished.push(chunk.choices[0].finish_reason);
  }
  assert.deepEqual(finished, ['length']);
}

/**
 * The server announces that a connection stays open, closes it after a streamed answer nevertheless, and after a
 * hundred others. A request that was just written to such a connection has to be sent again, unnoticed.
 */
test(`${REQUESTS} requests over connections that the server closes all succeed at the first attempt`, async () => {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < REQUESTS; index = next++) await one(index % 3 === 0);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const rows = await until('every row is exported', () => {
    const all = auditRows(behind.gateway.data);
    return all.length === REQUESTS ? all : undefined;
  });
  assert.ok(rows.every((row) => row['outcome'] === 'ok' && row['attempts'] === 1));
});

test('a server that dies in an answer is told as such, and one in its place is served from at once', async () => {
  const stream = await behind.client.chat.completions.create({
    ...shortly,
    ...{ ignore_eos: true },
    max_tokens: 900,
    stream: true,
  });
  await assert.rejects(
    async () => {
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) await behind.llama.kill();
    },
    { code: 'upstream_cut' },
  );
  await assert.rejects(behind.client.chat.completions.create(shortly), {
    status: 503,
    code: 'upstream_unavailable',
  });
  const another = await startLlama(Number(new URL(behind.llama.url).port));
  await one(false);
  await one(true);
  await another.kill();
});
