import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { packWide, SHORTENED, unpackWide, WIDE_BYTES } from '../../../../lambda/core/audit/wide.ts';
import { finalRecord } from '../../../support/audit-records.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));

describe('the wide attribute', () => {
  test('is absent when there is nothing to keep', () => {
    assert.equal(packWide(finalRecord({ attempts: [], client: undefined })), undefined);
  });

  test('is plain JSON while it is short and deflated beyond', () => {
    assert.equal(packWide(finalRecord())?.[0], 0);
    const long = packWide(
      finalRecord({ warnings: Array.from({ length: 20 }, () => 'parameter was dropped') }),
    );
    assert.equal(long?.[0], 1);
    assert.ok(long.length < 200, `${long.length} bytes`);
  });

  test('never exceeds its bytes and says so when something was left out', () => {
    const attempt = fc.record({ target: hex(200), result: hex(40), ms: fc.double(), billed: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(attempt, { maxLength: 24, size: 'max' }),
        fc.array(hex(300), { maxLength: 80, size: 'max' }),
        fc.dictionary(hex(30), hex(200), { maxKeys: 40, size: 'max' }),
        fc.dictionary(hex(30), fc.nat(), { maxKeys: 80, size: 'max' }),
        (attempts, warnings, refusedBy, counts) => {
          const record = finalRecord({
            attempts,
            warnings,
            refusedBy,
            guard: { action: 'redacted', counts },
          });
          const bytes = packWide(record);
          assert.ok((bytes?.length ?? 0) <= WIDE_BYTES, `${bytes?.length} bytes`);
          const wide = unpackWide(bytes);
          const whole =
            wide.attempts.length === attempts.length &&
            wide.warnings.filter((text) => text !== SHORTENED).every((text, i) => text === warnings[i]) &&
            wide.warnings.length >= warnings.length &&
            Object.keys(wide.refusedBy ?? {}).length === Object.keys(refusedBy).length &&
            Object.keys(wide.counts ?? {}).length === Object.keys(counts).length;
          if (!whole) assert.ok(wide.warnings.includes(SHORTENED));
          assert.deepEqual(packWide(record), bytes, 'the same record gives the same bytes');
        },
      ),
      { numRuns: 30 },
    );
  });

  test('keeps the first attempts, the first warnings and the client when it must shed', () => {
    const attempts = Array.from({ length: 30 }, (_, i) => ({
      target: `p/m${i}`,
      result: 'ok',
      ms: i,
      billed: true,
    }));
    const wide = unpackWide(packWide(finalRecord({ attempts, client: 'C'.repeat(400) })));
    assert.deepEqual(wide.attempts, attempts.slice(0, 16));
    assert.deepEqual(wide.warnings, [SHORTENED]);
    assert.match(wide.client ?? '', /^C{100,}…$/);
  });

  test('a shortened user agent alone is no loss worth a warning', () => {
    assert.deepEqual(unpackWide(packWide(finalRecord({ client: 'C'.repeat(400) }))).warnings, []);
  });

  test('reads nothing out of bytes that are broken or too large when inflated', async () => {
    const { deflateRawSync } = await import('node:zlib');
    const bomb = deflateRawSync(Buffer.alloc(10_000_000, 0x20));
    for (const bytes of [
      new Uint8Array(),
      Uint8Array.of(1, 255, 3),
      Uint8Array.of(0, 91),
      Buffer.concat([Uint8Array.of(1), bomb]),
    ]) {
      assert.deepEqual(unpackWide(bytes).attempts, []);
    }
  });
});
