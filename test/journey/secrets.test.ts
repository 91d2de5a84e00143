import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeRequest } from '../support/fake-exchange.ts';
import { chat, completion, DONE, delta, sse, testGateway } from '../support/gateway.ts';
import { type Script, ScriptedUpstream } from '../support/scripted-upstream.ts';

const PROVIDER_KEY = 'sk-proj-canaryProviderKey0123456789abcdef';
const CALLER_KEY = 'canary-caller-key';
const SECRET = 'ghp_canary0Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8Ii9JjKk';
const CARD = '4111111111111111';

const YAML = `
providers: { one: { type: openai, base_url: 'http://one.test/v1', key: { env: PROVIDER_KEY } } }
models: { m: { targets: [{ provider: one }], price: { input: 1, output: 1 }, capabilities: { max_output_tokens: 100 } } }
callers: [{ key: { env: CALLER_KEY }, team: t }]
guard: { classes: { credential: block, card: redact } }
budgets: [{ scope: account, limit_usd: 1, window: day }]
`;

const json = { 'content-type': 'application/json' };
const scripts: Readonly<Record<string, Script>> = {
  'a whole answer': { headers: json, pieces: [JSON.stringify(completion('hi'))] },
  'a stream': { pieces: [sse(delta({ content: 'hi' }), delta({}, 'stop')) + DONE] },
  'a cut stream': { pieces: [sse(delta({ content: 'hi' }))], end: 'cut' },
  'a refused key': {
    status: 401,
    headers: json,
    pieces: [JSON.stringify({ error: { message: `bad key ${PROVIDER_KEY}`, code: 'invalid_api_key' } })],
  },
  'a page': { status: 502, pieces: ['<html>nginx</html>'] },
  'no connection': { failure: { reason: 'connect', sent: false, detail: 'ECONNREFUSED' } },
};
const requests: Readonly<Record<string, FakeRequest>> = {
  'a plain request': chat(),
  'a secret in the text': chat({ messages: [{ role: 'user', content: `use ${SECRET}` }] }),
  'a secret as a key': chat({ messages: [{ role: 'user', content: 'x' }], metadata: { [SECRET]: 1 } }),
  'a card': chat({ messages: [{ role: 'user', content: `pay ${CARD} now` }] }),
  'a secret in the wrong place': { body: { model: SECRET, messages: [] } },
  'a secret as a model': chat({ model: SECRET }),
  'a secret as a user': chat({ user: SECRET }),
  'a secret in broken JSON': { body: `{"model":"m","messages":[{"role":"${SECRET}` },
};

for (const [answer, script] of Object.entries(scripts)) {
  for (const [what, request] of Object.entries(requests)) {
    for (const stream of [false, true]) {
      test(`${what}, ${stream ? 'streamed' : 'not streamed'}, answered by ${answer}: no secret in rows, logs or error texts`, async () => {
        const upstream = new ScriptedUpstream(script);
        const { ask, rows, events } = testGateway(upstream, YAML, undefined, { PROVIDER_KEY, CALLER_KEY });
        const body = typeof request.body === 'object' ? { ...request.body, stream } : request.body;
        const exchange = await ask({
          ...request,
          ...(body === undefined ? {} : { body }),
          claim: { kind: 'bearer', key: CALLER_KEY },
          headers: { authorization: `Bearer ${CALLER_KEY}` },
        });
        const said = show([rows(), events, exchange.answerHeaders, exchange.text]);
        for (const secret of [PROVIDER_KEY, CALLER_KEY, CARD, SECRET])
          assert.ok(!said.includes(secret), said);
        if (what.startsWith('a secret in the text') || what === 'a secret as a key') {
          assert.equal(exchange.status, 403);
          assert.equal(upstream.sent.length, 0);
        }
        if (what === 'a card') for (const { body: sent } of upstream.sent) assert.ok(!sent.includes(CARD));
        assert.equal(rows().length, 1);
      });
    }
  }
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? inner.toString() : inner,
  );
}
