import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { finalFacts, heldFacts, rowOf } from '../../../../lambda/core/audit/entry.ts';
import type { EntryFacts } from '../../../../lambda/core/audit/facts.ts';
import { HELD_FACTS_BYTES } from '../../../../lambda/core/audit/held.ts';
import type { FinalRecord, HeldRecord } from '../../../../lambda/core/audit/records.ts';
import { byteLength } from '../../../../lambda/core/audit/text.ts';
import { finalRecord, heldRecord } from '../../../support/audit-records.ts';

const LEDGER = { st: 'F', rid: 'r-1', e: 3_000n, n: 0n, by: 'self', sc: '{}', ttl: 9n, v: 1n };

function entryOf(held: HeldRecord, final: FinalRecord, cost = 2_000n): EntryFacts {
  return { ...LEDGER, a: cost, outcome: 'ok', ...heldFacts(held), ...finalFacts(final) };
}

function sizeOf(facts: EntryFacts): number {
  return Object.entries(facts).reduce((sum, [name, value]) => sum + name.length + valueSize(value), 0);
}

function valueSize(value: string | bigint | Uint8Array): number {
  if (typeof value === 'bigint') return 21;
  return typeof value === 'string' ? byteLength(value) : value.length;
}

const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });
const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,19}$/);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const tokens = fc.nat({ max: 2_000_000 });
const ms = fc.nat({ max: 900_000_000 }).map((micros) => micros / 1000);
const counts = fc.dictionary(word, fc.nat({ max: 999 }), { maxKeys: 3 });
const guardAction = fc.constantFrom('none' as const, 'redacted' as const, 'blocked' as const);

const smallHeld: fc.Arbitrary<HeldRecord> = fc.record({
  receivedMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  environment: word,
  configVersion: word,
  caller: fc.record({ principal: word, team: maybe(word), app: maybe(word), user: maybe(word) }),
  dialect: word,
  route: word,
  modelAsked: maybe(word),
  provider: maybe(word),
  modelServed: maybe(word),
  stream: fc.boolean(),
  priceVersion: maybe(word),
  endUser: maybe(word),
  guardAction,
  guardCounts: counts,
});

const smallFinal: fc.Arbitrary<FinalRecord> = fc.record({
  status: maybe(fc.integer({ min: 100, max: 599 })),
  errorCode: maybe(word),
  finishReason: maybe(word),
  usage: maybe(
    fc.record({
      input: tokens,
      cacheRead: tokens,
      cacheWrite: tokens,
      cacheWriteLong: tokens,
      output: tokens,
      reasoning: tokens,
    }),
  ),
  usageSource: fc.constantFrom('upstream' as const, 'partial' as const, 'none' as const),
  served: maybe(fc.record({ provider: word, model: word })),
  attempts: fc.array(fc.record({ target: word, result: word, ms, billed: fc.boolean() }), { maxLength: 4 }),
  ttftMs: maybe(ms),
  totalMs: ms,
  overheadMs: ms,
  warnings: fc.array(text(20), { maxLength: 4 }),
  refusedBy: maybe(fc.dictionary(word, fc.oneof(text(10), fc.integer(), fc.boolean()), { maxKeys: 5 })),
  guard: maybe(fc.record({ action: guardAction, counts })),
  count: fc.integer({ min: 1, max: 5_000 }),
  client: maybe(text(30)),
});

describe('an entry and its row', () => {
  test('a row tells exactly what both records said', () => {
    fc.assert(
      fc.property(smallHeld, smallFinal, fc.bigInt(0n, 1n << 60n), (held, final, cost) => {
        const row = rowOf(entryOf(held, final, cost));
        const { caller } = held;
        assert.equal(row.time, new Date(held.receivedMs).toISOString());
        assert.equal(`${row.dt}T${row.hour}`, row.time.slice(0, 13));
        assert.deepEqual(
          [row.environment, row.config_version, row.principal, row.dialect, row.route, row.stream],
          [held.environment, held.configVersion, caller.principal, held.dialect, held.route, held.stream],
        );
        assert.deepEqual(
          [row.team, row.app, row.user, row.end_user, row.model_asked],
          [caller.team, caller.app, caller.user, held.endUser, held.modelAsked].map((value) => value ?? null),
        );
        assert.equal(row.provider, final.served?.provider ?? held.provider ?? null);
        assert.equal(row.model_served, final.served?.model ?? held.modelServed ?? null);
        assert.equal(row.price_version, held.priceVersion ?? null);
        assert.deepEqual(
          [row.status, row.error_code, row.finish_reason, row.ttft_ms, row.client],
          [final.status, final.errorCode, final.finishReason, final.ttftMs, final.client].map(
            (value) => value ?? null,
          ),
        );
        assert.deepEqual(
          [
            row.input_tokens,
            row.cache_read_tokens,
            row.cache_write_tokens,
            row.output_tokens,
            row.reasoning_tokens,
          ],
          [
            final.usage?.input,
            final.usage?.cacheRead,
            final.usage && final.usage.cacheWrite + final.usage.cacheWriteLong,
            final.usage?.output,
            final.usage?.reasoning,
          ].map((count) => BigInt(count ?? 0)),
        );
        assert.deepEqual(
          [row.usage_source, row.total_ms, row.overhead_ms, row.count, row.attempts],
          [final.usageSource, final.totalMs, final.overheadMs, final.count, final.attempts.length],
        );
        assert.deepEqual([row.cost_nano_usd, row.held_nano_usd, row.overrun], [cost, 3_000n, cost > 3_000n]);
        assert.deepEqual(
          JSON.parse(row.attempts_detail),
          final.attempts.map((attempt) => ({ ...attempt })),
        );
        assert.deepEqual(JSON.parse(row.warnings), final.warnings);
        assert.deepEqual(
          row.refused_by === null ? undefined : JSON.parse(row.refused_by),
          plain(final.refusedBy),
        );
        assert.equal(row.guard_action, final.guard?.action ?? held.guardAction);
        assert.deepEqual(JSON.parse(row.guard_counts), plain(final.guard?.counts ?? held.guardCounts));
      }),
    );
  });

  test('held facts stay within 700 bytes, however long the names are, and keep a real principal whole', () => {
    const long = fc.string({ unit: 'grapheme', maxLength: 600, size: 'max' });
    fc.assert(
      fc.property(long, long, long, counts, (a, b, c, guardCounts) => {
        const principal = `arn:aws:iam::123456789012:role/${'p'.repeat(64)}`;
        const held = heldRecord({
          environment: a,
          configVersion: b,
          caller: { principal, team: c, app: a, user: b },
          dialect: c,
          route: a,
          modelAsked: b,
          provider: c,
          modelServed: a,
          priceVersion: b,
          endUser: c,
          guardCounts,
        });
        const facts = heldFacts(held);
        assert.ok(sizeOf(facts) <= HELD_FACTS_BYTES, `${sizeOf(facts)} bytes`);
        assert.equal(facts['pr'], principal);
      }),
    );
  });

  test('held facts stay within 700 bytes at every length around the caps', () => {
    for (let length = 0; length <= 120; length += 1) {
      const name = 'n'.repeat(length);
      const held = heldRecord({
        environment: name,
        configVersion: name,
        caller: { principal: 'p'.repeat(128), team: name, app: name, user: name },
        dialect: name,
        route: name,
        modelAsked: name,
        provider: name,
        modelServed: name,
        priceVersion: name,
        endUser: name,
        guardCounts: { [name]: 1 },
      });
      assert.ok(sizeOf(heldFacts(held)) <= HELD_FACTS_BYTES, `${length}`);
    }
  });

  test('a name that is too long is cut and says so', () => {
    const row = rowOf(heldFacts(heldRecord({ endUser: 'x'.repeat(500) })));
    assert.match(row.end_user ?? '', /^x{32,}…$/);
  });

  test('guard findings of more types than fit are summed as other', () => {
    const guardCounts = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`some_type_${i}`, 2]));
    const counted: Record<string, number> = JSON.parse(
      rowOf(heldFacts(heldRecord({ guardCounts }))).guard_counts,
    );
    assert.ok((counted['other'] ?? 0) > 0);
    assert.equal(
      Object.values(counted).reduce((sum, count) => sum + count, 0),
      80,
    );
  });

  test('an entry that the reaper closed is abandoned, an estimate, and charged what was held', () => {
    const row = rowOf({
      ...LEDGER,
      ...heldFacts(heldRecord()),
      by: 'reaper',
      a: 3_000n,
      outcome: 'abandoned',
    });
    assert.equal(row.outcome, 'abandoned');
    assert.equal(row.usage_source, 'estimate');
    assert.equal(row.status, null);
    assert.equal(row.input_tokens + row.output_tokens, 0n);
    assert.equal(row.cost_nano_usd, 3_000n);
    assert.equal(row.principal, 'arn:aws:iam::123456789012:role/search-web');
  });

  test('a refusal has the rule that refused, no usage and no target that served', () => {
    const final = finalRecord({
      status: 429,
      errorCode: 'budget_exceeded',
      usage: undefined,
      usageSource: 'none',
      served: undefined,
      attempts: [],
      refusedBy: { scope: 'team:search', limit_usd: '0.01' },
    });
    const row = rowOf({
      ...entryOf(heldRecord({ provider: undefined }), final, 0n),
      e: 0n,
      outcome: 'refused',
    });
    assert.deepEqual(JSON.parse(row.refused_by ?? ''), { scope: 'team:search', limit_usd: '0.01' });
    assert.deepEqual([row.outcome, row.target, row.attempts, row.overrun], ['refused', null, 0, false]);
  });

  test('observed limits that would have refused are a list in the row, and nothing where there are none', () => {
    const entry = entryOf(heldRecord(), finalRecord());
    assert.equal(rowOf(entry).would_refuse, null);
    const limits = ['team:search day', 'app:search/web tokens'];
    assert.deepEqual(JSON.parse(rowOf({ ...entry, wr: JSON.stringify(limits) }).would_refuse ?? ''), limits);
    for (const broken of ['', 'team:search day', '{"a":1}']) {
      assert.equal(rowOf({ ...entry, wr: broken }).would_refuse, null);
    }
  });

  test('an entry without facts, or with broken ones, still has a row', () => {
    const empty = rowOf({});
    assert.equal(empty.time, '1970-01-01T00:00:00.000Z');
    assert.equal(empty.count, 1);
    const bytes = fc.uint8Array({ maxLength: 40 });
    const value = fc.oneof(text(10), fc.bigInt(), bytes);
    const names = fc.constantFrom(...'t sm pr tm ma hs ec ti to ut na k gc w wr a e by rid newer'.split(' '));
    fc.assert(
      fc.property(fc.dictionary(names, value), (facts) => {
        const row = rowOf(facts);
        assert.doesNotThrow(() =>
          [row.attempts_detail, row.guard_counts, row.warnings, row.would_refuse ?? '[]'].map((json) =>
            JSON.parse(json),
          ),
        );
      }),
    );
  });

  test('without its receipt, a request is dated by its id', () => {
    const ms = Date.UTC(2026, 10, 24, 10, 0, 0, 7);
    const hex = ms.toString(16).padStart(12, '0');
    const row = rowOf({ rid: `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-0123456789ab` });
    assert.equal(row.time, '2026-11-24T10:00:00.007Z');
  });

  test('facts never use a name of the ledger', () => {
    const reserved = new Set('pk sk gx exp st rid e a n by sc oc wr ttl outcome overrun v'.split(' '));
    const facts = {
      ...heldFacts(heldRecord({ endUser: 'u', guardCounts: { email: 1 } })),
      ...finalFacts(finalRecord({ errorCode: 'x', count: 2, guard: { action: 'none', counts: {} } })),
    };
    assert.deepEqual(
      Object.keys(facts).filter((name) => reserved.has(name)),
      [],
    );
  });
});

/** Dictionaries of fast-check have no prototype; what JSON gives back has. */
function plain(record: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> | undefined {
  return record === undefined ? undefined : { ...record };
}
