import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { costsTable, headUsd, type Measured, measureCosts, UNIT_BYTES } from '../support/request-costs.ts';

const guide = readFileSync('docs/guides/costs.md', 'utf8');

describe('what a request costs on DynamoDB', () => {
  let measured: readonly Measured[];
  before(async () => {
    measured = await measureCosts();
  });

  it('is what the guide says', () => {
    assert.ok(guide.includes(costsTable(measured)), costsTable(measured));
  });

  it('leaves every usual entry below one unit, held and final, as the guide says', () => {
    const bytes = (of: 'held' | 'final') => Math.max(...measured.map((each) => each[of]));
    assert.ok(bytes('final') < UNIT_BYTES, `${bytes('final')} bytes`);
    const said = `up to ${bytes('held')} bytes while it is held and ${bytes('final')} in the end`;
    assert.ok(guide.includes(said), said);
  });

  it('comes with the reads of what is in force, at the pace of the deployed function', () => {
    const source = readFileSync('lambda/handlers/gateway.ts', 'utf8');
    const refreshMs = Number(/REFRESH_MS = ([\d_]+);/.exec(source)?.[1]?.replaceAll('_', ''));
    assert.ok(guide.includes(`$${headUsd(refreshMs)} a month`), headUsd(refreshMs));
    assert.ok(guide.includes(`every ${refreshMs === 5_000 ? 'five' : refreshMs} seconds`));
  });
});
