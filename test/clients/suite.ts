import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { recordedRequest } from '../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway } from '../support/replay-gateway.ts';
import { TURN_USAGE, type Turn } from '../support/replay-turn.ts';
import { blocksOf } from '../support/replay-turn-messages.ts';
import { answerOf, turns } from '../support/replay-turns.ts';
import type { SentMessage, SentPart } from '../support/replay-upstream.ts';
import type { Ask, Client, MakeClient } from './client.ts';
import { assertPrefixes, assistantTurns, partsOf, resultsOf, systemOf, unthreaded } from './sent.ts';
import {
  objectTurn,
  statusSeen,
  TROUBLES,
  troubled,
  UPSTREAMS,
  type UpstreamUnderTest,
} from './upstreams.ts';

const SYSTEM = 'You are terse.';
const PARIS: Turn = { calls: [{ id: 'toolu_01Paris', name: 'get_weather', input: { city: 'Paris' } }] };
const ROME: Turn = {
  text: 'Now Rome.',
  calls: [{ id: 'toolu_01Rome', name: 'get_weather', input: { city: 'Rome' } }],
};
const BOTH: Turn = { text: 'Paris is sunny, Rome is rainy – naïve 漢字 🫠.' };
const WEATHER_OF: Readonly<Record<string, string>> = { Paris: 'sunny', Rome: 'rainy' };
const CITY = { city: 'Paris', country: 'France' };

/** Signature and redacted data as they were recorded: a real shape and length. */
const SIGNATURE = String(recordedPart('anthropic/thinking-tool-roundtrip-stream', 'thinking')['signature']);
const REDACTED = String(recordedPart('anthropic/redacted-thinking-multiturn', 'redacted_thinking')['data']);

function recordedPart(id: string, type: string): SentPart {
  const messages = recordedRequest(id, 2)['messages'] as readonly SentMessage[];
  const found = messages.flatMap(partsOf).find((part) => part.type === type);
  assert.ok(found);
  return found;
}

/** A client, its gateway and upstream while the tests of one pairing run. */
interface World {
  readonly replay: ReplayGateway;
  readonly client: Client;
  readonly upstream: UpstreamUnderTest;
  ask(more?: Partial<Ask>): Ask;
}

/** What every client has to be able to do through the gateway, whatever its format and that of the upstream. */
export function clientSuite(make: MakeClient): void {
  const { name, speaks } = make('http://unused.invalid');
  let replay: ReplayGateway;
  let client: Client;
  before(async () => {
    replay = await startReplayGateway();
    client = make(replay.url);
  });
  after(() => replay.close());

  for (const upstream of UPSTREAMS) {
    describe(`${name} on ${upstream.name}`, () => {
      const world = (): World => ({
        replay,
        client,
        upstream,
        ask: (more = {}) => ({
          model: upstream.model,
          system: SYSTEM,
          prompt: 'What is the weather in Paris and in Rome?',
          stream: false,
          thinking: false,
          ...more,
        }),
      });
      for (const stream of [false, true]) answers(world, stream);
      troubles(world, upstream, speaks);
      if (upstream.format === 'messages') for (const stream of [false, true]) thinking(world, stream);
    });
  }
}

function answers(world: () => World, stream: boolean): void {
  const how = stream ? 'streamed' : 'whole';

  test(`a ${how} answer has the text and the usage of the upstream`, async () => {
    const { replay, client, upstream, ask } = world();
    replay.upstream.play(turns(BOTH));
    const told = await client.ask(ask({ stream }));
    assert.equal(told.text, BOTH.text);
    if (stream) assert.ok(told.pieces > 1);
    const late = stream && client.countsInputFirst === true && upstream.format !== client.speaks;
    assert.deepEqual(told.usage, late ? { ...TURN_USAGE, input: 0 } : TURN_USAGE);
    assert.deepEqual(systemOf(replay.upstream.requests[0]), [SYSTEM]);
  });

  test(`a ${how} tool loop of three turns ends with the answer, and no turn rewrites an earlier one`, async () => {
    const { replay, client, ask } = world();
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

function troubles(world: () => World, upstream: UpstreamUnderTest, speaks: Client['speaks']): void {
  test('structured output is asked for upstream, and parsed by the client', async () => {
    const { replay, client, ask } = world();
    replay.upstream.play((request) => answerOf(objectTurn(request, CITY), request));
    assert.deepEqual(await client.object(ask({ model: upstream.objectModel ?? upstream.model })), CITY);
    assert.match(replay.upstream.requests[0]?.body ?? '', /country/);
  });

  for (const trouble of TROUBLES) {
    const seen = statusSeen(trouble, upstream, speaks);
    test(`${trouble} of the upstream is ${seen} for the client`, async () => {
      const { replay, client, ask } = world();
      for (const stream of [false, true]) {
        replay.upstream.play(() => troubled(upstream, trouble));
        await assert.rejects(client.ask(ask({ stream })), (thrown) => {
          assert.equal(client.statusOf(thrown), seen, String(thrown));
          return true;
        });
      }
    });
  }

  test('a stream that is cut after some text throws', async () => {
    const { replay, client, ask } = world();
    replay.upstream.play((request) => {
      const answer = answerOf(BOTH, request);
      return { ...answer, pieces: answer.pieces.slice(0, -3), end: 'cut' };
    });
    await assert.rejects(client.ask(ask({ stream: true })));
    assert.equal(replay.upstream.requests.length, 1);
  });
}

function thinking(world: () => World, stream: boolean): void {
  const first: Turn = {
    thinking: { text: 'Paris first, then Rome.', signature: SIGNATURE },
    redacted: REDACTED,
    ...PARIS,
  };
  const second: Turn = { thinking: { text: 'Rome is left.', signature: `${SIGNATURE}AA==` }, ...ROME };

  test(`signed thinking comes back to Claude unchanged in a tool loop, ${stream ? 'streamed' : 'whole'}`, async () => {
    const { replay, client, ask } = world();
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
