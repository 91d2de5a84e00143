import { readConfig } from '../../lambda/adapters/node/config-file.ts';
import { createIds } from '../../lambda/adapters/node/ids.ts';
import { createSealers } from '../../lambda/adapters/node/sealers.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import { policyKey } from '../../lambda/ledger/items.ts';
import { NO_POLICY, policyChanges } from '../../lambda/ledger/policy.ts';
import { createGateway } from '../../lambda/pipeline/serve.ts';
import type { Item, LedgerStore } from '../../lambda/ports/ledger-store.ts';
import { FakeExchange } from './fake-exchange.ts';
import { FixedBook } from './fixed-book.ts';
import { DONE, delta, START, sse, usageChunk } from './gateway.ts';
import { MemoryStore } from './memory-store.ts';
import { ScriptedUpstream } from './scripted-upstream.ts';
import { Dice, VirtualTime, virtualClock } from './virtual-clock.ts';
import { sizeOf, UnitMeter } from './write-units.ts';

/** Dollars for a million units on demand in us-east-1, read on the date that docs/guides/costs.md names. */
const WRITE_USD = 0.625;
const READ_USD = 0.125;

/** Requests that are counted, and those before them: the first ones of a process open its journal and read counters. */
const COUNTED = 400;
const BEFORE = 50;

interface Case {
  readonly name: string;
  /** Scopes with a budget of a day and one of a month. */
  readonly scopes: readonly string[];
  readonly perSecond: number;
  readonly leased?: true;
  /** Nothing is left of the budgets. */
  readonly spent?: true;
  /** A first attempt breaks off after it was sent, so that it may have been billed, and a second one answers. */
  readonly twice?: true;
}

const THREE = ['account', 'team:search', 'app:search/web'];

const CASES: readonly Case[] = [
  { name: 'no limit', scopes: [], perSecond: 5 },
  { name: 'one scope', scopes: THREE.slice(1, 2), perSecond: 5 },
  { name: 'two scopes', scopes: THREE.slice(1), perSecond: 5 },
  { name: 'three scopes', scopes: THREE, perSecond: 5 },
  {
    name: 'three scopes, all leased, 5 calls a second of one environment',
    scopes: THREE,
    perSecond: 5,
    leased: true,
  },
  {
    name: 'three scopes, all leased, 1 call a second of one environment',
    scopes: THREE,
    perSecond: 1,
    leased: true,
  },
  {
    name: 'three scopes, and a second attempt after one that may be billed',
    scopes: THREE,
    perSecond: 5,
    twice: true,
  },
  { name: 'three scopes, refused: one of them is spent', scopes: THREE, perSecond: 5, spent: true },
];

export interface Measured {
  readonly name: string;
  /** Write and read units of one request. */
  readonly writes: number;
  readonly reads: number;
  /** Bytes of the last entry while it was held, and when it was final. */
  readonly held: number;
  readonly final: number;
}

/** Bytes below which an entry costs one unit, and two in a transaction. */
export const UNIT_BYTES = 1_024;

/** What DynamoDB would charge for requests through the whole pipeline, by its published rules. */
export async function measureCosts(): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const each of CASES) measured.push(await measure(each));
  return measured;
}

/** What reading what is in force costs an environment in 30 days without a pause, every so many milliseconds. */
export function headUsd(refreshMs: number): string {
  return (((30 * 86_400_000) / refreshMs / 1e6) * READ_USD).toFixed(2);
}

/** The table of docs/guides/costs.md. */
export function costsTable(measured: readonly Measured[]): string {
  const lines = [
    '| a request with | write units | read units | $ per million requests |',
    '|---|---:|---:|---:|',
    ...measured.map(({ name, writes, reads }) => {
      const usd = writes * WRITE_USD + reads * READ_USD;
      return `| ${name} | ${short(writes)} | ${short(reads)} | ${usd.toFixed(2)} |`;
    }),
  ];
  return lines.join('\n');
}

const short = (value: number) => String(Number(value.toFixed(1)));

async function measure({ name, scopes, perSecond, leased, spent, twice }: Case): Promise<Measured> {
  const meter = new UnitMeter();
  const memory = new MemoryStore();
  const time = new VirtualTime(START);
  for (const scope of leased === undefined ? [] : scopes) await memory.transact([hotPolicy(scope)]);
  const gateway = gatewayOver(meter.around(memory), time, yamlOf(scopes, spent !== undefined), {
    leased,
    twice,
  });
  const ask = async () => {
    const exchange = new FakeExchange(REQUEST);
    await time.finish(gateway.serve(exchange));
    const expected = spent === undefined ? 200 : 429;
    if (exchange.status !== expected) throw new Error(`${exchange.status} instead of ${expected}`);
    await time.finish(virtualClock(time).sleep(1_000 / perSecond));
  };
  for (let request = 0; request < BEFORE; request++) await ask();
  const before = meter.snapshot();
  for (let request = 0; request < COUNTED; request++) await ask();
  const after = meter.snapshot();
  const final = [...memory.items.values()].filter(({ st }) => st === 'F').at(-1);
  return {
    name,
    writes: (after.writes - before.writes) / COUNTED,
    reads: (after.reads - before.reads) / COUNTED,
    held: sizeOf(final === undefined ? undefined : asHeld(final)),
    final: sizeOf(final),
  };
}

/** What `settle` adds: see the item table of the ledger and the facts of the audit. */
const SETTLED = 'a by outcome oc overrun uq ut uo hs ec fr uf na k fp fm ti to tr tw tg w'.split(' ');

function asHeld(final: Item): Item {
  return Object.fromEntries(Object.entries(final).filter(([attr]) => !SETTLED.includes(attr)));
}

/** A scope that is leased, by a policy as the ledger writes it, and is looked at again in a year. */
function hotPolicy(scope: string) {
  const heat = { level: 1, at: START, until: START + 31_536_000_000, count: '0' };
  return { key: policyKey(scope), when: [], set: policyChanges({ ...NO_POLICY, version: 1n, heat }) };
}

function yamlOf(scopes: readonly string[], isSpent: boolean): string {
  const budgets = scopes.flatMap((scope, index) => [
    `  - { scope: '${scope}', limit_usd: ${isSpent && index === 1 ? '0.0001' : '100000'}, window: day }`,
    `  - { scope: '${scope}', limit_usd: 1000000, window: month }`,
  ]);
  return `
providers:
  openai: { type: openai, key: { env: OPENAI_API_KEY } }
models:
  fast:
    targets:
      - { provider: openai, model: gpt-5-mini, priority: 1 }
      - { provider: openai, model: gpt-5-nano, priority: 2 }
    max_output_tokens: 1000
callers:
  - { principal: 'arn:aws:sts::123456789012:assumed-role/search-*', team: search, app: web }
${budgets.length === 0 ? '' : `budgets:\n${budgets.join('\n')}`}
`;
}

/** As an OpenAI SDK sends it, through a function URL. */
const REQUEST = {
  headers: { 'user-agent': 'OpenAI/Python 2.9.0' },
  claim: {
    kind: 'iam',
    accountId: '123456789012',
    arn: 'arn:aws:sts::123456789012:assumed-role/search-web/i-0123456789abcdef0',
  },
  body: { model: 'fast', stream: true, messages: [{ role: 'user', content: 'Say hello.' }] },
} as const;

type Kind = Readonly<Record<'leased' | 'twice', true | undefined>>;

function gatewayOver(store: LedgerStore, time: VirtualTime, yaml: string, { leased, twice }: Kind) {
  const read = readConfig(yaml, 'costs.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const clock = virtualClock(time);
  // As long as those of a deployment, because DynamoDB counts bytes.
  const ids = createIds();
  const random = new Dice(1);
  const telemetry = { emit: () => undefined };
  const pieces = [
    sse(delta({ role: 'assistant', content: 'Hello' }), delta({}, 'stop'), usageChunk(412, 180)),
    DONE,
  ];
  const answered = { pieces };
  const broken = { failure: { reason: 'reset', sent: true, detail: 'reset' } } as const;
  const upstream = new ScriptedUpstream(
    ...(twice === undefined
      ? [answered]
      : Array.from({ length: BEFORE + COUNTED }, () => [broken, answered]).flat()),
  );
  const ledger = createLedger({
    store,
    clock,
    ids,
    random,
    environment: `prod-${ids.next(clock.now())}`,
    admitMs: 2_000,
    longestRequestMs: 600_000,
    policyVersion: () => (leased === undefined ? 0n : 1n),
    telemetry,
  });
  return createGateway({
    clock,
    ids,
    random,
    telemetry,
    ledger,
    book: new FixedBook(read.config),
    upstreams: { http: upstream, sandbox: upstream, bedrock: upstream },
    sealers: createSealers(async () => new Uint8Array(32).fill(7)),
    secrets: { has: () => true, get: async () => 'key', renew: async () => 'key' },
    config: read.config,
    configVersion: read.hash,
    environment: 'prod',
    world: 'aws',
    keyOf: () => undefined,
  });
}
