import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSandboxUpstream } from '../../../../../lambda/adapters/node/sandbox/sandbox.ts';
import type { UpstreamAnswer, UpstreamFailure } from '../../../../../lambda/ports/upstream.ts';
import {
  ASK,
  ask,
  contentOf,
  drain,
  eventsOf,
  LIMITS,
  STREAM,
  send,
} from '../../../../support/ask-sandbox.ts';
import { createManualClock } from '../../../../support/manual-clock.ts';

describe('the sandbox', () => {
  it('quotes the last user message, streamed and not, in the same words', async () => {
    const whole = JSON.parse((await ask('sandbox')).text);
    const chunks = eventsOf(await ask('sandbox', STREAM));
    const said = 'You said: "Say hello in five words." This is the built-in sandbox: no model was called.';
    assert.equal(whole.choices[0].message.content, said);
    assert.equal(contentOf(chunks), said);
    assert.equal(whole.object, 'chat.completion');
    assert.deepEqual(chunks[0]?.choices[0]?.delta, { role: 'assistant', content: '' });
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop');
  });

  it('answers the same request with the same bytes', async () => {
    assert.equal((await ask('sandbox', STREAM)).text, (await ask('sandbox', STREAM)).text);
  });

  it('splits no character, whatever the words', async () => {
    const content = `naïve 你好世界你好世界你好世界 👩‍👩‍👧‍👦👩‍👩‍👧‍👦 [EMAIL_1] ${'x'.repeat(100)}`;
    const chunks = eventsOf(await ask('sandbox-fast', { ...STREAM, messages: [{ role: 'user', content }] }));
    assert.ok(contentOf(chunks).includes(`"${content}"`));
    assert.ok(!JSON.stringify(chunks).includes('\uFFFD'));
  });

  it('reads text parts and takes the last user message, not the last message', async () => {
    const messages = [
      { role: 'user', content: 'first' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'second' },
          { type: 'image_url', image_url: { url: 'x' } },
        ],
      },
      { role: 'assistant', content: 'third' },
    ];
    assert.match((await ask('sandbox', { messages })).text, /You said: \\"second\\"/);
  });

  it('takes 15 ms a word by the clock, none with -fast, and what -slow says', async () => {
    const words = eventsOf(await ask('sandbox', STREAM)).length - 2;
    assert.equal((await ask('sandbox', STREAM)).tookMs, words * 15);
    assert.equal((await ask('sandbox-fast', STREAM)).tookMs, 0);
    assert.equal((await ask('sandbox-slow-100', STREAM)).tookMs, words * 100);
    assert.equal((await ask('sandbox-slow-100')).tookMs, words * 100);
    assert.equal((await ask('sandbox-fast-delay-2000', STREAM)).tookMs, 2_000);
  });

  it('stops at max_tokens and says so', async () => {
    for (const limit of [{ max_tokens: 3 }, { max_completion_tokens: 3, max_tokens: 9 }]) {
      const whole = JSON.parse((await ask('sandbox', limit)).text);
      assert.equal(whole.choices[0].finish_reason, 'length');
      assert.equal(whole.usage.completion_tokens, 3);
      const chunks = eventsOf(await ask('sandbox', { ...STREAM, ...limit }));
      assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'length');
      assert.equal(contentOf(chunks), whole.choices[0].message.content);
    }
  });

  it('stops before a stop sequence', async () => {
    const whole = JSON.parse((await ask('sandbox', { stop: ['five', 'hello'] })).text);
    assert.equal(whole.choices[0].message.content, 'You said: "Say ');
    assert.equal(whole.choices[0].finish_reason, 'stop');
  });

  it('gives n choices, in turns when streamed', async () => {
    const whole = JSON.parse((await ask('sandbox', { n: 3 })).text);
    const chunks = eventsOf(await ask('sandbox', { ...STREAM, n: 3 }));
    assert.equal(whole.choices.length, 3);
    for (const index of [0, 1, 2]) {
      assert.equal(whole.choices[index].index, index);
      assert.equal(contentOf(chunks, index), whole.choices[index].message.content);
    }
    assert.deepEqual(
      chunks.slice(3, 9).map((chunk) => chunk.choices[0]?.index),
      [0, 1, 2, 0, 1, 2],
    );
  });

  it('reports usage when asked in a stream, null before it, and always otherwise', async () => {
    const whole = JSON.parse((await ask('sandbox')).text);
    const chunks = eventsOf(await ask('sandbox', { ...STREAM, stream_options: { include_usage: true } }));
    const last = chunks.pop();
    assert.deepEqual(last?.choices, []);
    assert.deepEqual(last?.usage, whole.usage);
    assert.ok(chunks.every((chunk) => chunk.usage === null));
    const pieces = chunks.length - 2;
    assert.deepEqual(
      [whole.usage.prompt_tokens, whole.usage.completion_tokens, whole.usage.total_tokens],
      [6, pieces, 6 + pieces],
    );
    assert.ok(eventsOf(await ask('sandbox', STREAM)).every((chunk) => chunk.usage === undefined));
  });

  it('answers a schema with JSON that fits it', async () => {
    const schema = {
      type: 'object',
      properties: {
        mood: { enum: ['calm', 'wild'] },
        count: { type: 'integer', minimum: 3 },
        tags: { type: 'array', items: { $ref: '#/$defs/tag' } },
      },
      $defs: { tag: { type: 'string', maxLength: 3 } },
    };
    const format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    const whole = JSON.parse((await ask('sandbox', { response_format: format })).text);
    assert.deepEqual(JSON.parse(whole.choices[0].message.content), { mood: 'calm', count: 3, tags: ['Say'] });
  });

  it('refuses what is neither a chat completion nor a request for embeddings in the shape of the OpenAI API', async () => {
    const upstream = createSandboxUpstream({ clock: createManualClock() });
    const base = { headers: {}, ...LIMITS };
    const cases = [
      [404, { ...base, method: 'GET', url: 'http://sandbox/v1/models', body: undefined }],
      [404, { ...base, method: 'POST', url: 'http://sandbox/v1/responses', body: Buffer.from('{}') }],
      [400, { ...base, method: 'POST', url: 'http://sandbox/v1/embeddings', body: Buffer.from('{}') }],
      [400, { ...base, method: 'POST', url: 'http://sandbox/v1/chat/completions', body: Buffer.from('{') }],
      [
        400,
        {
          ...base,
          method: 'POST',
          url: 'http://sandbox/chat/completions',
          body: Buffer.from('{"messages":1}'),
        },
      ],
    ] as const;
    for (const [status, request] of cases) {
      const answer = (await upstream.send(request).answer) as UpstreamAnswer;
      assert.equal(answer.status, status);
      assert.equal(typeof JSON.parse((await drain(answer)).text).error.message, 'string');
    }
  });
});

describe('a sandbox call', () => {
  it('makes the next word only when it is read', async () => {
    const clock = createManualClock();
    const answer = (await send('sandbox', STREAM, clock).answer) as UpstreamAnswer;
    await answer.read();
    assert.equal(await clock.step(), false);
    const reading = answer.read();
    assert.equal(await clock.step(), true);
    await reading;
    assert.equal(await clock.step(), false);
  });

  it('that is cancelled ends a wait at once', async () => {
    const clock = createManualClock();
    const call = send('sandbox', STREAM, clock);
    const answer = (await call.answer) as UpstreamAnswer;
    await answer.read();
    const reading = answer.read();
    call.cancel();
    assert.equal(((await reading) as UpstreamFailure).reason, 'cancelled');
    assert.equal(((await answer.read()) as UpstreamFailure).reason, 'cancelled');
    const late = send('sandbox-delay-5000', STREAM, clock);
    late.cancel();
    assert.equal(((await late.answer) as UpstreamFailure).reason, 'cancelled');
  });

  it('times out before the head and between words, as a real upstream would', async () => {
    const clock = createManualClock();
    const head = await clock.run(send('sandbox-delay-500', STREAM, clock, { headMs: 100 }).answer);
    assert.deepEqual([(head as UpstreamFailure).reason, (head as UpstreamFailure).sent], ['timeout', true]);
    assert.equal(clock.monotonic(), 100);
    const got = await ask('sandbox-slow-500', STREAM, { idleMs: 100 });
    assert.equal((got.end as UpstreamFailure).reason, 'timeout');
    assert.equal(got.tookMs, 100);
  });

  it('lets others run during a long answer without pauses', async () => {
    const clock = createManualClock();
    let turns = 0;
    const counting = {
      ...clock,
      sleep: (ms: number) => {
        turns += 1;
        return clock.sleep(ms);
      },
    };
    await clock.run(
      (async () =>
        drain((await send('sandbox-fast-long-1000', STREAM, counting).answer) as UpstreamAnswer))(),
    );
    assert.ok(turns >= 1_000 / 64 - 1);
  });

  it('ends when the upstream closes', async () => {
    const clock = createManualClock();
    const upstream = createSandboxUpstream({ clock });
    const body = Buffer.from(JSON.stringify({ model: 'sandbox-delay-1000', messages: ASK }));
    const call = upstream.send({
      method: 'POST',
      url: 'http://s/chat/completions',
      headers: {},
      body,
      ...LIMITS,
    });
    await upstream.close();
    assert.equal(((await call.answer) as UpstreamFailure).reason, 'cancelled');
  });
});
