import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isListed, type Prices, type Recorded, recordings, served } from './bounds-recorded.ts';

const { recorded, without } = recordings();

/** Requests that a budget refuses, because something in them has no price: there is nothing to bound. */
const UNPRICEABLE: Readonly<Record<string, string>> = {
  'anthropic/pause-turn#1': 'tools[0]',
  'anthropic/pause-turn#2': 'tools[0]',
  'anthropic/web-search-citations-stream#1': 'tools[0]',
  'openai-chat/web-search-annotations#1': 'web_search_options',
};

/** What a request could have used and cost at most, and what it did. */
interface Line {
  readonly id: string;
  readonly listed: boolean;
  /** The recorded answer tells its usage, so that the cost is exact. */
  readonly told: boolean;
  readonly input: Pair;
  readonly output: Pair;
  readonly cost: Pair;
}
interface Pair {
  readonly real: number;
  readonly bound: number;
}
const lines: Line[] = [];

for (const one of recorded) {
  const refused = UNPRICEABLE[one.id];
  if (refused !== undefined) {
    test(`${one.id}: what no price covers is refused by its name`, async () => {
      const { status, message } = await served(one, 'own');
      assert.equal(status, 400);
      assert.ok(message?.startsWith(`\`${refused}\``), message);
    });
    continue;
  }
  test(`${one.id}: no class of tokens and no cost is above what was held`, async () => {
    const own = await held(one, 'own');
    const input = await held(one, 'input');
    const output = await held(one, 'output');
    lines.push({
      id: one.id,
      listed: isListed(one),
      told: own.told,
      input: tokens(input.pair),
      output: tokens(output.pair),
      cost: own.pair,
    });
  });
}

async function held(one: Recorded, prices: Prices): Promise<{ pair: Pair; told: boolean }> {
  const { status, message, row } = await served(one, prices);
  assert.equal(status, 200, message);
  assert.ok(row !== undefined);
  const { cost_nano_usd: cost, held_nano_usd: most, overrun, usage_source: source } = row;
  assert.ok(cost <= most, `${prices}: ${cost} nano-dollars, ${most} held`);
  assert.equal(overrun, false);
  return { pair: { real: Number(cost), bound: Number(most) }, told: source === 'upstream' };
}

/** At a dollar a million a token costs a thousand nano-dollars. */
function tokens({ real, bound }: Pair): Pair {
  return { real: real / 1000, bound: bound / 1000 };
}

test('the recordings tell how loose the bounds are', (t) => {
  const told = lines.filter((line) => line.told);
  assert.ok(told.length >= 80, 'most recordings have a request and usage');
  t.diagnostic(
    `${lines.length} recorded requests bound, ${lines.length - told.length} of them without usage; ` +
      `${Object.keys(UNPRICEABLE).length} refused; ${without.length} recordings have no request`,
  );
  t.diagnostic(
    '                                     input: real, bound, times; output: real, bound; cost: times',
  );
  for (const { id, listed, input, output, cost } of told) {
    const row = [
      id.padEnd(58),
      ...[input.real, input.bound].map((count) => String(count).padStart(8)),
      ratio(input),
      ...[output.real, output.bound].map((count) => String(count).padStart(8)),
      ratio(cost),
      listed ? '' : '  (sample rates)',
    ];
    t.diagnostic(row.join(''));
  }
  for (const folder of new Set(told.map(folderOf))) {
    const of = told.filter((line) => folderOf(line) === folder);
    t.diagnostic(
      `${folder}: ${of.length} requests, input times ${spread(of.map(({ input }) => input))}, ` +
        `cost times ${spread(of.map(({ cost }) => cost))}`,
    );
  }
});

function folderOf({ id }: Line): string {
  return id.slice(0, id.indexOf('/'));
}

function ratio({ real, bound }: Pair): string {
  return (bound / real).toFixed(1).padStart(8);
}

/** Least, median and most of the ratios. */
function spread(pairs: readonly Pair[]): string {
  const sorted = pairs.map(({ real, bound }) => bound / real).sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return `${at(0)} / ${at(0.5)} / ${at(1)}`;
}
