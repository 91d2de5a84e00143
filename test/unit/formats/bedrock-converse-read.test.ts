import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { foldAnswer } from '../../../lambda/core/chat/answer.ts';
import type { ChatEvent } from '../../../lambda/core/chat/events.ts';
import { bedrockConverse } from '../../../lambda/formats/bedrock-converse/upstream.ts';
import { recordedStreams } from '../../support/bedrock.ts';

const TARGET = 'aws/eu.amazon.nova-lite-v1:0';
const FOLDER = new URL('../../fixtures/bedrock/', import.meta.url);

/** The lines that a recorded stream arrives as. */
function linesOf(name: string): string {
  const found = recordedStreams().find((stream) => stream.name === name);
  assert.ok(found !== undefined, name);
  return found.events
    .map(({ headers, payload }) => {
      const type = headers[':event-type'] ?? headers[':exception-type'] ?? headers[':error-code']!;
      return `${JSON.stringify({ [type]: payload === '' ? { message: headers[':error-message'] } : payload })}\n`;
    })
    .join('');
}

function streamed(lines: string, size = lines.length): readonly ChatEvent[] {
  const reader = bedrockConverse.streamReader(TARGET, 1_000_000);
  const bytes = Buffer.from(lines);
  const events: ChatEvent[] = [];
  for (let at = 0; at < bytes.length; at += Math.max(1, size)) {
    for (const piece of reader.push(bytes.subarray(at, at + Math.max(1, size)))) events.push(...piece.events);
  }
  for (const piece of reader.end()) events.push(...piece.events);
  assert.equal(reader.halfRead, false);
  return events;
}

function recorded(name: string): { readonly value: unknown; readonly body: Buffer } {
  const body = readFileSync(new URL(`${name}.response.json`, FOLDER));
  return { value: JSON.parse(body.toString()), body };
}

function only(events: readonly ChatEvent[]) {
  const answer = foldAnswer(events);
  assert.equal(answer.choices.length, 1);
  return { ...answer, choice: answer.choices[0]! };
}

describe('a stream of Converse', () => {
  it('says the same whole and byte by byte, for every recording', () => {
    for (const { name } of recordedStreams()) {
      const lines = linesOf(name);
      assert.deepEqual(streamed(lines, 1), streamed(lines), name);
    }
  });

  it('opens each block before its pieces and closes it after them, numbered from 0 without a gap', () => {
    for (const { name } of recordedStreams()) {
      let next = 0;
      const open = new Set<number>();
      for (const event of streamed(linesOf(name))) {
        if (event.type === 'open') {
          assert.equal(event.block, next++, name);
          open.add(event.block);
        } else if ('block' in event) {
          assert.ok(open.has(event.block), `${name} ${event.type}`);
          if (event.type === 'close') open.delete(event.block);
        }
      }
    }
  });

  it('opens a text at its first piece, where nothing announces it', () => {
    const { choice, usage, model } = only(streamed(linesOf('bedrock/tool-stream#01')));
    assert.equal(model, 'eu.amazon.nova-lite-v1:0');
    assert.deepEqual(
      choice.blocks.map(({ head }) => head.kind),
      ['text', 'tool_call'],
    );
    assert.equal(choice.finish?.reason, 'tool_calls');
    assert.equal(choice.finish?.native, 'tool_use');
    assert.equal(JSON.parse(choice.blocks[1]!.text)['location'] !== undefined, true);
    assert.deepEqual(usage, {
      input: 236,
      cacheRead: 0,
      cacheWrite: 0,
      cacheWriteLong: 0,
      output: 58,
      reasoning: 0,
    });
  });

  it('opens no block for an empty text, and keeps reasoning that nobody signed', () => {
    const { choice } = only(streamed(linesOf('bedrock/unsigned-reasoning-stream#01')));
    assert.deepEqual(
      choice.blocks.map(({ head, signature }) => [head.kind, signature]),
      [
        ['reasoning', undefined],
        ['text', undefined],
      ],
    );
    assert.equal(choice.blocks[1]!.text, 'Hello! How can I help you today?');
  });

  it('joins the pieces of a thought and the signature behind them', () => {
    const { choice } = only(streamed(linesOf('bedrock/thinking-stream#01')));
    const [thought] = choice.blocks;
    assert.equal(thought!.head.kind, 'reasoning');
    assert.match(thought!.text, /^The user has greeted me with a simple/);
    assert.match(thought!.signature ?? '', /^E[A-Za-z0-9+/]+=*$/);
  });

  it('tells citations before the text that they belong to', () => {
    const events = streamed(linesOf('bedrock/citations-stream-then-nonstream#01'));
    const { choice } = only(events);
    assert.equal(choice.blocks[1]!.text, 'employees get 20 days annual leave.');
    const [citation] = choice.blocks[1]!.citations;
    assert.equal(citation!.title, 'company_policy');
    assert.equal(citation!.text, 'Company leave policy: Employees get 20 days annual leave. ');
    assert.equal(JSON.parse(citation!.raw).location.documentChar.end, 58);
    const at = events.findIndex(({ type }) => type === 'citation');
    assert.deepEqual([events[at - 1]!.type, events[at + 1]!.type], ['open', 'text']);
  });

  it('ends with the finish, the usage and the terminator, all of them at the last event', () => {
    const reader = bedrockConverse.streamReader(TARGET, 1_000_000);
    const lines = linesOf('bedrock/text-stream#01').split(/(?<=\n)/);
    const types = lines.map((line) =>
      reader.push(Buffer.from(line)).flatMap(({ events }) => events.map(({ type }) => type)),
    );
    assert.deepEqual(types.at(-2), []);
    assert.deepEqual(types.at(-1), ['finish', 'usage', 'done']);
  });

  it('tells a guardrail’s own words, and nothing of what it found', () => {
    const events = streamed(linesOf('bedrock/guardrail-intervened-stream#01'));
    const { choice } = only(events);
    assert.equal(choice.finish?.reason, 'content_filter');
    assert.equal(choice.finish?.native, 'guardrail_intervened');
    assert.equal(choice.finish?.explanation, 'No action.\nGuardrail masked.');
    assert.doesNotMatch(
      JSON.stringify(events, (_, value) => value),
      /Rome|Tokyo/,
    );
  });

  for (const [name, reason] of [
    ['content-filtered', 'content_filter'],
    ['malformed-model-output', 'malformed'],
    ['malformed-tool-use', 'malformed'],
    ['model-context-window-exceeded', 'context_window'],
    ['stop-sequence', 'stop_sequence'],
  ] as const) {
    it(`that stopped for ${name} finishes as ${reason}`, () => {
      const { choice } = only(streamed(linesOf(`synthetic/bedrock-stream-stop-${name}#01`)));
      assert.equal(choice.finish?.reason, reason);
      assert.equal(choice.finish?.native, name.replaceAll('-', '_'));
    });
  }

  it('that stopped for output nobody can read, with no output, is an error', () => {
    const events = streamed(
      '{"messageStop":{"stopReason":"malformed_tool_use"}}\n{"metadata":{"usage":{"inputTokens":3,"outputTokens":1}}}\n',
    );
    assert.deepEqual(
      events.map(({ type }) => type),
      ['usage', 'error'],
    );
  });

  it('names the stop sequence that was hit, at either depth', () => {
    for (const fields of ['{"delta":{"stop_sequence":"END"}}', '{"stop_sequence":"END"}']) {
      const stop = `{"messageStop":{"stopReason":"stop_sequence","additionalModelResponseFields":${fields}}}\n`;
      const finish = streamed(`${stop}{"metadata":{}}\n`).find(({ type }) => type === 'finish');
      assert.ok(finish?.type === 'finish');
      assert.equal(finish.stopSequence, 'END');
    }
  });

  it('without its metadata never ends normally', () => {
    const lines = linesOf('bedrock/text-stream#01')
      .split(/(?<=\n)/)
      .slice(0, -1)
      .join('');
    assert.deepEqual(
      streamed(lines).filter(({ type }) => type === 'done' || type === 'finish'),
      [],
    );
    assert.equal(bedrockConverse.endsBare, false);
  });

  for (const [name, code] of [
    ['exception-throttling', 'upstream_rate_limited'],
    ['exception-unavailable', 'upstream_unavailable'],
    ['exception-internal', 'upstream_error'],
    ['exception-model-stream-error', 'upstream_error'],
    ['exception-validation', 'upstream_rejected'],
    ['exception-first', undefined],
    ['error-message', 'upstream_error'],
  ] as const) {
    it(`that ends with the synthetic ${name} ends with its error`, () => {
      const last = streamed(linesOf(`synthetic/bedrock-stream-${name}#01`)).at(-1);
      assert.ok(last?.type === 'error');
      if (code !== undefined) assert.equal(last.error.code, code);
      assert.notEqual(last.error.message, '');
    });
  }

  it('steps over an event that it does not know', () => {
    assert.deepEqual(streamed('{"somethingNew":{"a":1}}\n\n'), []);
  });

  it('that is no JSON is an error, and one that is cut in a line is half read', () => {
    for (const line of ['{"a"\n', '[]\n', '1\n']) {
      assert.equal(streamed(line)[0]?.type, 'error', line);
    }
    const reader = bedrockConverse.streamReader(TARGET, 1_000);
    reader.push(Buffer.from('{"messageSta'));
    assert.equal(reader.halfRead, true);
  });

  it('with an event above the maximum is an error', () => {
    const reader = bedrockConverse.streamReader(TARGET, 10);
    assert.equal(reader.push(Buffer.from('{"messageStart":{}}\n'))[0]?.events[0]?.type, 'error');
  });
});

describe('a whole answer of Converse', () => {
  it('is read with a finish and a usage, for every recording', () => {
    for (const folder of readdirSync(FOLDER)) {
      for (const file of readdirSync(new URL(`${folder}/`, FOLDER)).filter((name) =>
        name.endsWith('.response.json'),
      )) {
        if (folder.startsWith('error-')) continue;
        const { value, body } = recorded(`${folder}/${file.slice(0, 2)}`);
        const { choice, usage } = only(bedrockConverse.readAnswer(TARGET, value, body));
        assert.ok(choice.finish !== undefined && usage !== undefined, `${folder}/${file}`);
        const told = (value as { usage: { totalTokens: number } }).usage.totalTokens;
        assert.equal(
          usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWriteLong + usage.output,
          told,
          `${folder}/${file}`,
        );
      }
    }
  });

  it('keeps reasoning, its signature, text and call in their order', () => {
    const { value, body } = recorded('thinking-tool-roundtrip/01');
    const { choice } = only(bedrockConverse.readAnswer(TARGET, value, body));
    assert.deepEqual(
      choice.blocks.map(({ head }) => head.kind),
      ['reasoning', 'text', 'tool_call'],
    );
    assert.match(choice.blocks[0]!.signature ?? '', /^ErcBCkgI/);
    assert.deepEqual(choice.blocks[2]!.head, {
      kind: 'tool_call',
      id: 'tooluse_W9DaUFg4Tj2cRPpndqxWSg',
      name: 'get_user_country',
      custom: false,
    });
    assert.equal(choice.blocks[2]!.text, '{}');
  });

  it('gives redacted thinking as Claude’s own data, decoded once', () => {
    const { value, body } = recorded('redacted-thinking-multiturn/01');
    const { choice } = only(bedrockConverse.readAnswer(TARGET, value, body));
    const [head] = choice.blocks.map((block) => block.head);
    assert.ok(head?.kind === 'redacted_thinking');
    assert.match(head.data, /^Eu8ECkgIBxABGAIqQIhkIaSt8pEeqy7z/);
  });

  it('keeps the spelling of arguments', () => {
    const input = '{ "n": 12345678901234567890, "x":1.0 , "y":-0}';
    const body = `{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t","name":"f","input":${input}}}]}},"stopReason":"end_turn"}`;
    const { choice } = only(bedrockConverse.readAnswer(TARGET, JSON.parse(body), Buffer.from(body)));
    assert.equal(choice.blocks[0]!.text, input);
    // Some models end with end_turn after a call.
    assert.equal(choice.finish?.reason, 'tool_calls');
    assert.equal(choice.finish?.native, 'end_turn');
  });

  it('splits what was written to the cache by its time to live', () => {
    const usage = {
      inputTokens: 2,
      outputTokens: 5,
      totalTokens: 40,
      cacheReadInputTokens: 3,
      cacheWriteInputTokens: 30,
      cacheDetails: [
        { ttl: '1h', inputTokens: 20 },
        { ttl: '5m', inputTokens: 10 },
      ],
    };
    const value = { output: { message: { content: [] } }, stopReason: 'end_turn', usage };
    const events = bedrockConverse.readAnswer(TARGET, value);
    assert.deepEqual(events.at(-1), {
      type: 'usage',
      usage: { input: 2, cacheRead: 3, cacheWrite: 10, cacheWriteLong: 20, output: 5, reasoning: 0 },
    });
  });

  it('keeps a block that nobody knows', () => {
    const value = {
      output: { message: { content: [{ video: { format: 'mp4' } }] } },
      stopReason: 'end_turn',
    };
    const { choice } = only(bedrockConverse.readAnswer(TARGET, value));
    assert.deepEqual(choice.blocks[0]!.head, {
      kind: 'opaque',
      format: 'bedrock-converse',
      type: 'video',
      json: '{"video":{"format":"mp4"}}',
    });
  });

  it('that holds no message is an error', () => {
    for (const value of [null, {}, { output: {} }, { output: { message: {} } }]) {
      assert.equal(bedrockConverse.readAnswer(TARGET, value)[0]?.type, 'error');
    }
  });
});

describe('an error of Bedrock', () => {
  for (const [name, status, code, relayed] of [
    ['400-validation-too-long', 400, 'upstream_rejected', true],
    ['403-access-denied', 403, 'upstream_auth', false],
    ['404-not-found', 404, 'upstream_rejected', true],
    ['408-model-timeout', 408, 'upstream_timeout', true],
    ['424-model-error', 424, 'upstream_error', true],
    ['429-throttling', 429, 'upstream_rate_limited', true],
    ['500-internal', 500, 'upstream_error', true],
    ['503-unavailable', 503, 'upstream_unavailable', true],
  ] as const) {
    it(`${name} is ${code}`, () => {
      const at = (file: string) =>
        readFileSync(new URL(`../../fixtures/synthetic/bedrock-error-${name}/${file}`, import.meta.url));
      const body = at('01.response.json');
      const [exchange] = JSON.parse(at('case.json').toString()).exchanges;
      const error = bedrockConverse.readHttpError(TARGET, status, exchange.response_headers, body);
      assert.equal(error.code, code);
      const { message } = JSON.parse(body.toString());
      assert.equal(error.message === message, relayed);
      assert.equal(error.facts.upstream?.type, exchange.response_headers['x-amzn-errortype'].split(':')[0]);
      if (code === 'upstream_rejected') assert.equal(error.status, status);
    });
  }

  it('goes by its status where it has no name, and survives a page instead of JSON', () => {
    const html = Buffer.from('<html>502</html>');
    assert.equal(bedrockConverse.readHttpError(TARGET, 502, {}, html).code, 'upstream_error');
    assert.equal(bedrockConverse.readHttpError(TARGET, 403, {}, html).code, 'upstream_auth');
    const expired = Buffer.from('{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"no"}');
    assert.equal(bedrockConverse.readHttpError(TARGET, 400, {}, expired).code, 'upstream_auth');
  });
});
