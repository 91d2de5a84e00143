import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json, recordedRequest } from '../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway } from '../support/replay-gateway.ts';
import { answerOf, blocksOf, TURN_USAGE, type Turn, turns } from '../support/replay-turns.ts';
import type { SentMessage, SentPart, SentRequest } from '../support/replay-upstream.ts';
import type { Ask, Client, MakeClient } from './client.ts';

const SYSTEM = 'You are terse.';
const PARIS: Turn = { calls: [{ id: 'toolu_01Paris', name: 'get_weather', input: { city: 'Paris' } }] };
const ROME: Turn = {
  text: 'Now Rome.',
  calls: [{ id: 'toolu_01Rome', name: 'get_weather', input: { city: 'Rome' } }],
};
const BOTH: Turn = { text: 'Paris is sunny, Rome is rainy – naïve 漢字 🫠.' };
const WEATHER_OF: Readonly<Record<string, string>> = { Paris: 'sunny', Rome: 'rainy' };

/** Signature and redacted data as they were recorded: a real shape and length. */
const SIGNATURE = String(recordedBlock('anthropic/thinking-tool-roundtrip-stream', 'thinking')['signature']);
const REDACTED = String(recordedBlock('anthropic/redacted-thinking-multiturn', 'redacted_thinking')['data']);

function recordedBlock(id: string, type: string): SentPart {
  const messages = recordedRequest(id, 2)['messages'] as readonly SentMessage[];
  const found = messages.flatMap(partsOf).find((part) => part.type === type);
  assert.ok(found);
  return found;
}

function partsOf(message: SentMessage): readonly SentPart[] {
  return typeof message.content === 'string' || message.content === null ? [] : message.content;
}

export interface UpstreamUnderTest {
  readonly format: 'chat' | 'messages';
  readonly model: string;
}

export const UPSTREAMS: readonly UpstreamUnderTest[] = [
  { format: 'chat', model: 'gpt-5.4-mini' },
  { format: 'messages', model: 'claude-haiku-4-5' },
];

/** What every client has to be able to do through the gateway, whatever its format and that of the upstream. */
export function clientSuite(make: MakeClient, upstreams: readonly UpstreamUnderTest[] = UPSTREAMS): void {
  let replay: ReplayGateway;
  let client: Client;
  before(async () => {
    replay = await startReplayGateway();
    client = make(replay.url);
  });
  after(() => replay.close());

  const name = make('http://unused.invalid').name;
  for (const upstream of upstreams) {
    describe(`${name} on an upstream that speaks ${upstream.format}`, () => {
      const ask = (more: Partial<Ask> = {}): Ask => ({
        model: upstream.model,
        system: SYSTEM,
        prompt: 'What is the weather in Paris and in Rome?',
        stream: false,
        thinking: false,
        ...more,
      });

      for (const stream of [false, true]) {
        const how = stream ? 'streamed' : 'whole';

        test(`a ${how} answer has the text and the usage of the upstream`, async () => {
          replay.upstream.play(turns(BOTH));
          const told = await client.ask(ask({ stream }));
          assert.equal(told.text, BOTH.text);
          if (stream) assert.ok(told.pieces > 1);
          const late = stream && client.countsInputFirst === true && upstream.format !== client.speaks;
          assert.deepEqual(told.usage, late ? { ...TURN_USAGE, input: 0 } : TURN_USAGE);
          assert.deepEqual(systemOf(replay.upstream.requests[0]), [SYSTEM]);
        });

        test(`a ${how} tool loop of three turns ends with the answer, and no turn rewrites an earlier one`, async () => {
          replay.upstream.play(turns(PARIS, ROME, BOTH));
          const asked: string[] = [];
          const told = await client.loop(ask({ stream }), {
            run({ city }) {
              asked.push(city);
              return WEATHER_OF[city] ?? 'unknown';
            },
          });
          assert.deepEqual(asked, ['Paris', 'Rome']);
          assert.equal(told.text, BOTH.text);
          const requests = unthreaded(replay);
          assert.deepEqual(resultsOf(requests[2]), ['sunny', 'rainy']);
          assertPrefixes(requests);
        });
      }

      test('structured output is asked for upstream, and parsed by the client', async () => {
        replay.upstream.play((request) => answerOf(objectTurn(request), request));
        assert.deepEqual(await client.object(ask()), { city: 'Paris', country: 'France' });
        assert.match(replay.upstream.requests[0]?.body ?? '', /"country":/);
      });

      for (const [status, seen] of upstreamErrors(spokenBy(make), upstream.format)) {
        test(`${status} of the upstream is ${seen} for the client`, async () => {
          for (const stream of [false, true]) {
            replay.upstream.play(() => failure(upstream.format, status));
            await assert.rejects(client.ask(ask({ stream })), (thrown) => {
              assert.equal(client.statusOf(thrown), seen, String(thrown));
              return true;
            });
          }
        });
      }

      test('a stream that is cut after some text throws', async () => {
        replay.upstream.play((request) => {
          const answer = answerOf(BOTH, request);
          return { ...answer, pieces: answer.pieces.slice(0, -3), end: 'cut' };
        });
        await assert.rejects(client.ask(ask({ stream: true })));
        assert.equal(replay.upstream.requests.length, 1);
      });

      if (upstream.format === 'messages') thinkingTests(() => ({ replay, client }), ask);
    });
  }
}

function thinkingTests(
  world: () => { readonly replay: ReplayGateway; readonly client: Client },
  ask: (more: Partial<Ask>) => Ask,
): void {
  const first: Turn = {
    thinking: { text: 'Paris first, then Rome.', signature: SIGNATURE },
    redacted: REDACTED,
    ...PARIS,
  };
  const second: Turn = { thinking: { text: 'Rome is left.', signature: `${SIGNATURE}AA==` }, ...ROME };
  for (const stream of [false, true]) {
    test(`signed thinking comes back to Claude unchanged in a tool loop, ${stream ? 'streamed' : 'whole'}`, async () => {
      const { replay, client } = world();
      replay.upstream.play(turns(first, second, BOTH));
      const told = await client.loop(ask({ stream, thinking: true }), {
        run: ({ city }) => WEATHER_OF[city] ?? 'unknown',
      });
      assert.equal(told.text, BOTH.text);
      const requests = unthreaded(replay);
      const [one, two, three] = requests;
      assert.ok(one?.json['thinking'], 'thinking is asked for');
      assert.deepEqual(assistantTurns(two), [blocksOf(first)]);
      assert.deepEqual(assistantTurns(three), [blocksOf(first), blocksOf(second)]);
      assertPrefixes(requests);
    });
  }
}

/** Requests that got a turn: one for a thread is refused and repeated without. */
function unthreaded(replay: ReplayGateway): readonly SentRequest[] {
  return replay.upstream.requests.filter((request) => request.json['thread'] === undefined);
}

/** What a client speaks is known without a gateway. */
function spokenBy(make: MakeClient): Client['speaks'] {
  return make('http://unused.invalid').speaks;
}

/** Statuses of an upstream, and what the client gets: 529 is Anthropic's own word for overload. */
function upstreamErrors(speaks: 'chat' | 'messages', upstream: 'chat' | 'messages'): readonly [number, number][] {
  const overload = upstream === 'chat' ? 503 : 529;
  return [
    [400, 400],
    [401, 502],
    [429, 429],
    [overload, speaks === 'messages' && upstream === 'messages' ? 529 : 503],
  ];
}

function failure(format: 'chat' | 'messages', status: number) {
  const body =
    format === 'chat'
      ? { error: { message: 'No.', type: 'invalid_request_error', param: null, code: null } }
      : { type: 'error', error: { type: ERROR_TYPES[status], message: 'No.' }, request_id: 'req_011C' };
  return json(status, body, { 'retry-after': '0' });
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** An object as the request asks for one: by a forced tool, or as the text of the answer. */
function objectTurn(request: SentRequest): Turn {
  const city = { city: 'Paris', country: 'France' };
  const tools = request.json['tools'] as readonly { name?: string; function?: { name: string } }[] | undefined;
  const name = tools?.[0]?.name ?? tools?.[0]?.function?.name;
  return name === undefined
    ? { text: JSON.stringify(city) }
    : { calls: [{ id: 'toolu_01Object', name, input: city }] };
}

/** System texts of a request of either format. */
function systemOf(request: SentRequest | undefined): unknown[] {
  const texts = (value: unknown): unknown[] =>
    Array.isArray(value) ? value.map((part: SentPart) => part['text']) : value === undefined ? [] : [value];
  const inMessages = (request?.json.messages ?? []).filter(({ role }) => role === 'system' || role === 'developer');
  return [...texts(request?.json['system']), ...inMessages.flatMap((message) => texts(message.content))];
}

/** Tool results of a request of either format, in order. */
function resultsOf(request: SentRequest | undefined): unknown[] {
  return (request?.json.messages ?? []).flatMap((message) => {
    if (message.role === 'tool') return [plain(message.content)];
    return partsOf(message)
      .filter((part) => part.type === 'tool_result')
      .map((part) => plain(part['content']));
  });
}

function plain(content: unknown): unknown {
  return Array.isArray(content) ? content.map((part: SentPart) => part['text']).join('') : content;
}

/** Contents of the assistant turns of a Messages request, without the caller's cache marks. */
function assistantTurns(request: SentRequest | undefined): unknown[] {
  return (request?.json.messages ?? [])
    .filter(({ role }) => role === 'assistant')
    .map((message) => partsOf(message).map(({ cache_control: _mark, ...part }) => part));
}

/** Tools, system and every earlier message are the same in each request: caches and signatures depend on it. */
function assertPrefixes(requests: readonly SentRequest[]): void {
  for (const [index, request] of requests.entries()) {
    const before = requests[index - 1];
    if (before === undefined) continue;
    const kept = request.json.messages.slice(0, before.json.messages.length);
    assert.equal(JSON.stringify(kept), JSON.stringify(before.json.messages));
    for (const member of ['system', 'tools', 'tool_choice', 'thinking'])
      assert.equal(JSON.stringify(request.json[member]), JSON.stringify(before.json[member]), member);
  }
}
