import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { callOnce, type Seen } from '../support/kill-traffic.ts';
import { Killable } from '../support/killed-gateway.ts';
import { booksOf, checkAtRest } from '../support/ledger-books.ts';
import { auditRows, scratch } from '../support/local-gateway.ts';
import { Dice } from '../support/virtual-clock.ts';

/** Kills of one run, on one data folder. More with TOLLGATE_RUNS, another order of events with TOLLGATE_SEED. */
const KILLS = Number(process.env['TOLLGATE_RUNS'] ?? 20);
const SEED = Number(process.env['TOLLGATE_SEED'] ?? 1);
/** Calls between two kills. */
const CALLS = 25;

/** In nano-dollars; the first is spent up on the way, so that limits bind. */
const LIMITS: Readonly<Record<string, bigint>> = {
  'team:small': 15_000_000n * BigInt(KILLS),
  'team:large': 10n ** 15n,
  account: 10n ** 16n,
};
const YAML = `
providers: { sandbox: { type: sandbox } }
models:
  'sandbox*': { targets: [{ provider: sandbox }], max_output_tokens: 200, unsupported: drop }
  second-try:
    targets: [{ provider: sandbox, model: sandbox-cut-2-fast }, { provider: sandbox, model: sandbox-slow-5 }]
    max_output_tokens: 100
callers:
  - { key: { env: SMALL }, team: small, app: one }
  - { key: { env: LARGE }, team: large, app: two }
# Every refusal its own row, so that each can be looked for.
limits: { refusal_rows_per_second: 100000 }
budgets:
  - { scope: 'team:small', limit_usd: ${Number(LIMITS['team:small']) / 1e9}, window: total }
  - { scope: 'team:large', limit_usd: ${Number(LIMITS['team:large']) / 1e9}, window: total }
  - { scope: account, limit_usd: ${Number(LIMITS['account']) / 1e9}, window: total }
  - { scope: 'app:*', limit_usd: 1000000, window: day }
`;
const KEYS = { SMALL: 'key-of-small', LARGE: 'key-of-large' };

const folder = scratch();
const config = join(scratch(), 'tollgate.yaml');
writeFileSync(config, YAML);
const gateway = new Killable(['--data', folder, '--config', config], KEYS);
after(() => gateway.close());

test(`killed ${KILLS} times in the middle of its work, it leaks nothing, loses no record and passes no limit`, async (t) => {
  const dice = new Dice(SEED);
  const seen: Seen[] = [];
  let early = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    if (dice.chance(0.15)) {
      early += 1;
      await killWhileStarting(dice);
    } else seen.push(...(await killWhileServing(dice)));
  }
  const last = await gateway.start();
  // An answer tells that it is ready for signals too.
  assert.equal((await fetch(`${last}/health/liveness`)).status, 200, gateway.output);
  assert.equal(await gateway.end('SIGINT'), 0, gateway.output);

  const books = booksOf(folder);
  checkAtRest(books);
  for (const [scope, limit] of Object.entries(LIMITS)) {
    const { used = 0n } = books.counters.get(scope) ?? {};
    assert.ok(used <= limit, `${scope}: ${used} of ${limit}`);
  }
  const { used: small = 0n } = books.counters.get('team:small') ?? {};
  const rows = new Map<unknown, number>();
  for (const { request_id: id } of auditRows(folder)) rows.set(id, (rows.get(id) ?? 0) + 1);
  const finals = new Map<unknown, number>();
  for (const { rid } of books.entries) finals.set(rid, (finals.get(rid) ?? 0) + 1);
  assert.deepEqual(rows, finals, 'the audit files hold the final entries, each once');
  assert.deepEqual(
    [...rows].filter(([, count]) => count !== 1),
    [],
  );
  const lost = seen.filter(({ requestId }) => !rows.has(requestId));
  assert.deepEqual(
    lost.filter(({ admitted }) => admitted),
    [],
  );

  const abandoned = books.entries.filter(({ outcome }) => outcome === 'abandoned').length;
  const statuses = Object.groupBy(seen, ({ status }) => String(status));
  t.diagnostic(
    [
      `seed ${SEED}: ${KILLS} kills (${early} while starting), ${seen.length} answers seen, ${rows.size} rows,`,
      `${abandoned} requests posted by the next start, 0 leaked, 0 admitted ones lost, 0 over a limit;`,
      `${(Number(small) / Number(LIMITS['team:small'])).toFixed(2)} of the small budget used;`,
      `${lost.length} refusals answered whose row was not written yet; statuses ${Object.entries(statuses)
        .map(([status, all]) => `${status}: ${all?.length ?? 0}`)
        .join(', ')}`,
    ].join(' '),
  );
  assert.ok(abandoned > 0 || KILLS < 10, 'the kills never met a running request');
});

/** Before it listens: while the file is opened, while what the last one left is reaped, while it is exported. */
async function killWhileStarting(dice: Dice): Promise<void> {
  const started = gateway.start();
  await sleep(dice.between(150, 500));
  await gateway.end('SIGKILL');
  await started;
}

async function killWhileServing(dice: Dice): Promise<readonly Seen[]> {
  const url = await gateway.start();
  assert.notEqual(url, '', gateway.output);
  const span = dice.between(30, 500);
  const calls = Array.from({ length: CALLS }, async () => {
    // Each its own, so that what a call does depends on the seed and not on who was faster.
    const own = new Dice(dice.between(0, 2 ** 31));
    await sleep(own.between(0, span));
    return callOnce(url, own.chance(0.5) ? KEYS.SMALL : KEYS.LARGE, own);
  });
  await sleep(dice.between(20, span + 50));
  await gateway.end('SIGKILL');
  return (await Promise.all(calls)).filter((each) => each !== undefined);
}
