import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpstreamFailure } from '../../../../../lambda/ports/upstream.ts';
import { ASK, answerOf, ask, contentOf, eventsOf, STREAM } from '../../../../support/ask-sandbox.ts';

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
