import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedExchanges } from '../support/fixtures.ts';
import { CONFIG, testGateway } from '../support/gateway.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const recorded = recordedExchanges('openai-chat', 'openai-compatible', 'synthetic').filter(
  ({ id, format }) => format === 'json' && !/anthropic|bedrock/.test(id),
);
const yaml = `${CONFIG}\n  '*':\n    targets: [{ provider: one }]\n`;

for (const { id, status, headers, request, response } of recorded) {
  test(`${id}: a recorded answer reaches the caller as the provider sent it`, async () => {
    const upstream = new ScriptedUpstream({
      status,
      headers: { ...headers, 'content-type': 'application/json' },
      pieces: [response],
    });
    const body =
      request === undefined
        ? { model: 'm', messages: [{ role: 'user', content: 'x' }] }
        : withoutStream(request);
    const { ask, rows } = testGateway(upstream, yaml);
    const answer = await ask({ body });
    if (status < 400) {
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.bytes, Buffer.from(response));
      const told = JSON.parse(Buffer.from(response).toString()).usage;
      const [row] = rows();
      if (told)
        assert.equal(
          (row?.input_tokens ?? 0n) + (row?.cache_read_tokens ?? 0n) + (row?.cache_write_tokens ?? 0n),
          BigInt(told.prompt_tokens),
        );
      if (told)
        assert.ok(
          (row?.output_tokens ?? 0n) + (row?.reasoning_tokens ?? 0n) >= BigInt(told.completion_tokens),
        );
    } else {
      assert.equal(answer.status, status === 401 || status === 500 ? 502 : status);
      assert.ok(answer.json.error?.message);
    }
  });

  if (request !== undefined && status < 400) {
    test(`${id}: the recorded request is accepted and sent on unchanged`, async () => {
      const upstream = new ScriptedUpstream({
        status,
        headers: { 'content-type': 'application/json' },
        pieces: [response],
      });
      await testGateway(upstream, yaml).ask({ body: request });
      const sent = JSON.parse(upstream.sent[0]?.body ?? '{}');
      const asked = JSON.parse(Buffer.from(request).toString());
      if (asked.stream === true) asked.stream_options = { ...asked.stream_options, include_usage: true };
      assert.deepEqual(sent, asked);
    });
  }
}

function withoutStream(request: Uint8Array): object {
  return { ...JSON.parse(Buffer.from(request).toString()), stream: false };
}
