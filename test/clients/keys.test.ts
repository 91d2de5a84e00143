import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { recorded } from '../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway } from '../support/replay-gateway.ts';

const KEY = 'key-of-the-search-team';
const CALLERS = `
callers:
  - key: { env: SEARCH_KEY }
    team: search
`;

let replay: ReplayGateway;
before(async () => {
  replay = await startReplayGateway(CALLERS, { SEARCH_KEY: KEY });
});
after(() => replay.close());

const messages = [{ role: 'user' as const, content: 'Say hello.' }];
const ask = { model: 'claude-haiku-4-5', max_tokens: 100, messages };

for (const [name, headers] of [
  ['authorization', { authorization: `Bearer ${KEY}` }],
  ['x-api-key', { 'x-api-key': KEY }],
] as const) {
  test(`a key in ${name} is the caller, for both families of clients`, async () => {
    for (const path of ['/v1/messages', '/v1/chat/completions']) {
      replay.upstream.play(recorded('anthropic/text-nonstream'));
      const answer = await fetch(`${replay.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(ask),
      });
      assert.equal(answer.status, 200, path);
      await answer.arrayBuffer();
      assert.doesNotMatch(JSON.stringify(replay.upstream.requests[0]?.headers), new RegExp(KEY));
    }
  });
}

test('both SDKs are let in with the key, and get their AuthenticationError without it', async () => {
  for (const [apiKey, fails] of [
    [KEY, false],
    ['another', true],
  ] as const) {
    replay.upstream.play(() => recorded('anthropic/text-nonstream')[0]!);
    const openai = new OpenAI({ baseURL: replay.v1, apiKey, maxRetries: 0 });
    const anthropic = new Anthropic({ baseURL: replay.url, apiKey, maxRetries: 0 });
    const chat = () => openai.chat.completions.create({ model: ask.model, messages });
    const message = () => anthropic.messages.create(ask);
    if (fails) {
      await assert.rejects(chat, OpenAI.AuthenticationError);
      await assert.rejects(message, Anthropic.AuthenticationError);
      assert.equal(replay.upstream.requests.length, 0);
    } else {
      assert.equal((await chat()).choices[0]?.finish_reason, 'stop');
      assert.equal((await message()).stop_reason, 'end_turn');
    }
  }
});
