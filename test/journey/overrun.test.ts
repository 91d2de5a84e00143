import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG, chat, completion, DONE, delta, sse, testGateway, usageChunk } from '../support/gateway.ts';
import { type Script, ScriptedUpstream } from '../support/scripted-upstream.ts';

const BUDGET = `${CONFIG}
budgets: [{ scope: account, limit_usd: 1, window: day }]
`;
const json = { 'content-type': 'application/json' };
const whole = (prompt: number, tokens: number): Script => ({
  headers: json,
  pieces: [JSON.stringify(completion('hello', prompt, tokens))],
});

/** What the account's budget has used, in nano-dollars. */
function used({ store }: ReturnType<typeof testGateway>): unknown {
  return [...(store.items?.values() ?? [])].find(({ pk }) => pk.startsWith('S#'))?.['tu'];
}

function overruns({ events }: ReturnType<typeof testGateway>): number {
  return events.filter((event) => event.type === 'warning' && event.what === 'ledger_overrun').length;
}

const OVERRUNS: Readonly<Record<string, { readonly script: Script; readonly stream: boolean }>> = {
  'more output than the request allowed': { script: whole(10, 5_000), stream: false },
  'more input than its bytes can be': { script: whole(9_000, 5), stream: false },
  'more output in a stream than the request allowed': {
    script: { pieces: [sse(delta({ content: 'x' }), delta({}, 'stop'), usageChunk(10, 5_000)), DONE] },
    stream: true,
  },
};

for (const [what, { script, stream }] of Object.entries(OVERRUNS)) {
  test(`a provider that bills ${what} is charged in full, and the overrun is recorded`, async () => {
    const gateway = testGateway(new ScriptedUpstream(script), BUDGET);
    const answer = await gateway.ask(chat({ max_tokens: 50, stream }));
    assert.equal(answer.status, 200, 'the answer was bought, so the caller gets it');
    const [row] = gateway.rows();
    assert.ok(row !== undefined);
    assert.equal(row.overrun, true);
    assert.equal(row.usage_source, 'upstream');
    // Ten dollars a million of input tokens, sixty of output.
    assert.equal(row.cost_nano_usd, row.input_tokens * 10_000n + row.output_tokens * 60_000n);
    assert.ok(row.cost_nano_usd > row.held_nano_usd);
    assert.equal(used(gateway), row.cost_nano_usd, 'the budget bears what it cost');
    assert.equal(overruns(gateway), 1);
  });
}

test('an overrun counts against what comes after it', async () => {
  const upstream = new ScriptedUpstream(whole(10, 20_000));
  const gateway = testGateway(upstream, BUDGET);
  assert.equal((await gateway.ask(chat({ max_tokens: 50 }))).status, 200);
  const refused = await gateway.ask(chat({ max_tokens: 50 }));
  assert.equal(refused.status, 429);
  assert.equal(refused.json.error?.tollgate?.['spent_usd'], '1.2001');
  assert.equal(upstream.sent.length, 1);
});

test('a cost within its hold is no overrun, at its very edge either', async () => {
  for (const tokens of [1, 50]) {
    const gateway = testGateway(new ScriptedUpstream(whole(10, tokens)), BUDGET);
    await gateway.ask(chat({ max_tokens: 50 }));
    assert.equal(gateway.rows()[0]?.overrun, false);
    assert.equal(overruns(gateway), 0);
  }
});

test('an answer that breaks off is charged a bound that is within its hold', async () => {
  const dear = BUDGET.replace('output: 60', 'output: 60, cache_write: 12, cache_write_1h: 20');
  const cut = { pieces: [sse(delta({ content: 'x'.repeat(200) }))], end: 'cut' } as const;
  for (const extra of [{}, { prompt_cache_options: { ttl: '12h' } }]) {
    const gateway = testGateway(new ScriptedUpstream(cut), dear);
    await gateway.ask(chat({ max_tokens: 50, stream: true, ...extra }));
    const [row] = gateway.rows();
    assert.equal(row?.usage_source, 'partial');
    assert.equal(row?.overrun, false);
    assert.equal(row?.cost_nano_usd, row?.held_nano_usd);
  }
});

test('the price of an answer is the one that its hold was worked out at, and both are named', async () => {
  const upstream = new ScriptedUpstream(whole(10, 5));
  const gateway = testGateway(upstream, BUDGET);
  let pinned: unknown;
  upstream.onSend = () => {
    const entry = [...(gateway.store.items?.values() ?? [])].find((item) => item['st'] === 'HELD');
    pinned = entry?.['px'];
  };
  await gateway.ask(chat({ max_tokens: 50 }));
  const [row] = gateway.rows();
  assert.equal(typeof pinned, 'string');
  assert.equal(row?.price_version, pinned);
  const dearer = testGateway(new ScriptedUpstream(whole(10, 5)), BUDGET.replaceAll('input: 10', 'input: 11'));
  await dearer.ask(chat({ max_tokens: 50 }));
  assert.notEqual(dearer.rows()[0]?.price_version, pinned, 'another price has another name');
});
