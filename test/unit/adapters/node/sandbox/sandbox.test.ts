import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSandboxUpstream } from '../../../../../lambda/adapters/node/sandbox/sandbox.ts';
import type { UpstreamAnswer, UpstreamFailure } from '../../../../../lambda/ports/upstream.ts';
import { createManualClock } from '../../../../support/manual-clock.ts';

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly end: 'end' | UpstreamFailure;
  readonly tookMs: number;
}

const ASK = [{ role: 'user', content: 'Say hello in five words.' }];
const LIMITS = { connectMs: 5_000, headMs: 300_000, idleMs: 120_000 };

function send(model: string, more: object = {}, clock = createManualClock(), limits: object = {}) {
  const upstream = createSandboxUpstream({ clock });
  return upstream.send({
    method: 'POST',
    url: 'http://sandbox/v1/chat/completions',
    headers: {},
    body: Buffer.from(JSON.stringify({ model, messages: ASK, ...more })),
    ...LIMITS,
    ...limits,
  });
}

async function answerOf(model: string, more: object = {}): Promise<UpstreamAnswer | UpstreamFailure> {
  const clock = createManualClock();
  return await clock.run(send(model, more, clock).answer);
}

async function ask(model: string, more: object = {}, limits: object = {}): Promise<Got> {
  const clock = createManualClock();
  return await clock.run(
    (async () => {
      const answer = await send(model, more, clock, limits).answer;
      if (answer.type !== 'answer') return assert.fail(JSON.stringify(answer));
      const { text, end } = await drain(answer);
      return { status: answer.status, headers: answer.headers, text, end, tookMs: clock.monotonic() };
    })(),
  );
}

async function drain(answer: UpstreamAnswer): Promise<{ text: string; end: 'end' | UpstreamFailure }> {
  let text = '';
  for (;;) {
    const piece = await answer.read();
    if (!(piece instanceof Uint8Array)) return { text, end: piece };
    text += Buffer.from(piece).toString();
  }
}

interface Chunk {
  readonly error?: { type: string };
  readonly usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
  readonly choices: {
    index: number;
    finish_reason: string | null;
    delta: {
      role?: string;
      content?: string | null;
      refusal?: string;
      reasoning_content?: string;
      tool_calls?: { index: number; id?: string; function: { name?: string; arguments: string } }[];
    };
  }[];
}

/** The events of a stream; asserts that each is one data line, and cuts off `[DONE]`. */
function eventsOf(got: Got, done = true): Chunk[] {
  const events = got.text.split('\n\n');
  assert.equal(events.pop(), '');
  for (const event of events) assert.match(event, /^data: [^\n]+$/);
  if (done) assert.equal(events.pop(), 'data: [DONE]');
  return events.map((event) => JSON.parse(event.slice(6)) as Chunk);
}

function contentOf(chunks: readonly Chunk[], choice = 0): string {
  return chunks
    .flatMap((chunk) => chunk.choices)
    .filter((each) => each.index === choice)
    .map((each) => each.delta.content ?? '')
    .join('');
}

const STREAM = { stream: true };

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

  it('refuses what is no chat completion in the shape of the OpenAI API', async () => {
    const upstream = createSandboxUpstream({ clock: createManualClock() });
    const base = { headers: {}, ...LIMITS };
    const cases = [
      [404, { ...base, method: 'GET', url: 'http://sandbox/v1/models', body: undefined }],
      [404, { ...base, method: 'POST', url: 'http://sandbox/v1/embeddings', body: Buffer.from('{}') }],
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

describe('a sandbox model', () => {
  const tools = [
    {
      type: 'function',
      function: {
        name: 'weather',
        parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
      },
    },
    { type: 'function', function: { name: 'other' } },
  ];

  it('-tool calls the first tool with arguments of its schema, the same in a stream', async () => {
    const whole = JSON.parse((await ask('sandbox-tool', { tools })).text).choices[0];
    const [call] = whole.message.tool_calls;
    assert.equal(whole.finish_reason, 'tool_calls');
    assert.equal(call.function.name, 'weather');
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Say hello in five words.', days: 1 });
    const chunks = eventsOf(await ask('sandbox-tool', { ...STREAM, tools }));
    const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    assert.deepEqual([calls[0]?.id, calls[0]?.function.name], [call.id, 'weather']);
    assert.equal(calls.map((each) => each.function.arguments).join(''), call.function.arguments);
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'tool_calls');
  });

  it('-tool calls the tool that the request names, and none when told so or without any', async () => {
    const named = { tools, tool_choice: { type: 'function', function: { name: 'other' } } };
    const call = JSON.parse((await ask('sandbox-tool', named)).text).choices[0].message.tool_calls[0];
    assert.deepEqual([call.function.name, call.function.arguments], ['other', '{}']);
    for (const more of [{ tools, tool_choice: 'none' }, {}]) {
      assert.equal(JSON.parse((await ask('sandbox-tool', more)).text).choices[0].finish_reason, 'stop');
    }
  });

  it("-tool answers a tool's result with text", async () => {
    const messages = [...ASK, { role: 'tool', tool_call_id: 'call_sandbox_1', content: '21 degrees' }];
    const whole = JSON.parse((await ask('sandbox-tool', { tools, messages })).text).choices[0];
    assert.match(whole.message.content, /^The tool answered: "21 degrees"/);
    assert.equal(whole.finish_reason, 'stop');
  });

  it('-refusal refuses in its own field', async () => {
    const whole = JSON.parse((await ask('sandbox-refusal')).text).choices[0];
    assert.equal(whole.message.content, null);
    const chunks = eventsOf(await ask('sandbox-refusal', STREAM));
    assert.equal(
      chunks.map((chunk) => chunk.choices[0]?.delta.refusal ?? '').join(''),
      whole.message.refusal,
    );
    assert.equal(contentOf(chunks), '');
  });

  it('-reasoning thinks before it answers, counts it, and can run out of tokens within it', async () => {
    const usage = { ...STREAM, stream_options: { include_usage: true } };
    const chunks = eventsOf(await ask('sandbox-reasoning', usage));
    const thought = chunks.filter((chunk) => chunk.choices[0]?.delta.reasoning_content !== undefined);
    const first = chunks.findIndex((chunk) => chunk.choices[0]?.delta.content);
    assert.ok(thought.length > 0 && chunks.indexOf(thought.at(-1)!) < first);
    const whole = JSON.parse((await ask('sandbox-reasoning')).text);
    assert.equal(whole.usage.completion_tokens_details.reasoning_tokens, thought.length);
    assert.ok(whole.usage.completion_tokens > thought.length);
    const cut = JSON.parse((await ask('sandbox-reasoning', { max_tokens: 2 })).text);
    assert.deepEqual([cut.choices[0].message.content, cut.choices[0].finish_reason], ['', 'length']);
    assert.equal(cut.usage.completion_tokens, 2);
  });

  it('-error-<status> answers with that status, and 429 with when to come back', async () => {
    for (const status of [400, 401, 403, 404, 429, 500, 503]) {
      const got = await ask(`sandbox-error-${status}`, STREAM);
      assert.equal(got.status, status);
      assert.equal(typeof JSON.parse(got.text).error.type, 'string');
      assert.equal(got.headers['retry-after'], status === 429 ? '1' : undefined);
    }
  });

  it('-cut-<k> breaks after k chunks of content, or in the middle of a body', async () => {
    for (const k of [0, 1, 3]) {
      const got = await ask(`sandbox-cut-${k}`, STREAM);
      assert.deepEqual(got.end, {
        type: 'failure',
        reason: 'reset',
        sent: true,
        detail: 'the sandbox: reset',
      });
      assert.equal(eventsOf(got, false).length, 1 + k);
    }
    const whole = await ask('sandbox-cut-1');
    assert.equal((whole.end as UpstreamFailure).reason, 'reset');
    assert.throws(() => JSON.parse(whole.text));
  });

  it('-cut with more chunks than there are breaks before the finish reason', async () => {
    const got = await ask('sandbox-cut-1000', STREAM);
    assert.equal((got.end as UpstreamFailure).reason, 'reset');
    assert.ok(eventsOf(got, false).every((chunk) => chunk.choices[0]?.finish_reason === null));
  });

  it('-midstream-error-<k> sends an error event after k chunks, and a 500 when not streamed', async () => {
    const chunks = eventsOf(await ask('sandbox-midstream-error-2', STREAM), false);
    assert.equal(chunks.length, 4);
    assert.equal(chunks.at(-1)?.error?.type, 'server_error');
    assert.equal((await ask('sandbox-midstream-error-2')).status, 500);
  });

  it('-long-<words> answers that many words, at most 100,000', async () => {
    assert.equal(JSON.parse((await ask('sandbox-long-500')).text).usage.completion_tokens, 500);
    const most = JSON.parse((await ask('sandbox-long-999999')).text);
    assert.equal(most.choices[0].message.content.split(' ').length, 100_000);
    assert.equal(
      JSON.parse((await ask('sandbox-long-500', { max_tokens: 5 })).text).choices[0].finish_reason,
      'length',
    );
  });

  it('-reset and -unreachable fail before any answer, after and before the request was sent', async () => {
    const reset = (await answerOf('sandbox-reset')) as UpstreamFailure;
    const unreachable = (await answerOf('sandbox-unreachable', STREAM)) as UpstreamFailure;
    assert.deepEqual([reset.reason, reset.sent], ['reset', true]);
    assert.deepEqual([unreachable.reason, unreachable.sent], ['connect', false]);
  });

  it('-no-usage and -nodone leave out just that', async () => {
    const asked = { ...STREAM, stream_options: { include_usage: true } };
    assert.ok(eventsOf(await ask('sandbox-no-usage', asked)).every((chunk) => chunk.usage === undefined));
    assert.equal(JSON.parse((await ask('sandbox-no-usage')).text).usage, undefined);
    const got = await ask('sandbox-nodone', asked);
    assert.equal(got.end, 'end');
    assert.ok(eventsOf(got, false).at(-1)?.usage);
  });

  it('combines suffixes, in any order', async () => {
    const got = await ask('sandbox-cut-2-reasoning-fast-delay-50', STREAM);
    assert.equal(got.tookMs, 50);
    assert.equal(eventsOf(got, false).length, 3);
    assert.equal((got.end as UpstreamFailure).reason, 'reset');
  });

  it('with a suffix word within its name means nothing by it', async () => {
    assert.match((await ask('my-tool-model', { tools })).text, /You said/);
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
