import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COLUMNS } from '../../../../lambda/core/audit/columns.ts';
import { finalFacts, heldFacts, rowOf } from '../../../../lambda/core/audit/entry.ts';
import {
  duckdbColumns,
  glueColumns,
  gluePartitions,
  partitionOf,
  rowJson,
} from '../../../../lambda/core/audit/row.ts';
import { finalRecord, heldRecord } from '../../../support/audit-records.ts';

const row = rowOf({
  rid: 'r-1',
  e: 1n,
  a: 9_007_199_254_740_993n,
  ...heldFacts(heldRecord()),
  ...finalFacts(finalRecord()),
});

describe('the columns of the audit', () => {
  test('are exactly those of a row, in their order', () => {
    assert.deepEqual(new Set(Object.keys(row)), new Set(COLUMNS.map(({ name }) => name)));
    assert.equal(new Set(COLUMNS.map(({ name }) => name)).size, COLUMNS.length);
  });

  test('describe every column of the Glue table and keep the partitions apart', () => {
    assert.deepEqual(
      gluePartitions().map(({ name, type }) => `${name} ${type}`),
      ['dt string', 'hour string'],
    );
    const columns = glueColumns();
    assert.equal(columns.length, COLUMNS.length - 2);
    assert.ok(columns.every(({ comment }) => comment.length > 10 && comment.length <= 255));
    assert.equal(columns.find(({ name }) => name === 'warnings')?.type, 'string');
  });

  test('have a DuckDB type each', () => {
    const { stored, partitions } = duckdbColumns();
    assert.equal(stored['cost_nano_usd'], 'BIGINT');
    assert.equal(stored['time'], 'TIMESTAMP');
    assert.deepEqual(partitions, { dt: 'VARCHAR', hour: 'VARCHAR' });
  });
});

describe('the line of a row', () => {
  test('is JSON with every column but partitions and nulls', () => {
    const parsed: Record<string, unknown> = JSON.parse(rowJson(row));
    const expected = COLUMNS.filter((column) => !('partition' in column) && row[column.name] !== null);
    assert.deepEqual(
      Object.keys(parsed),
      expected.map(({ name }) => name),
    );
    assert.equal(parsed['principal'], row.principal);
    assert.equal(parsed['warnings'], '[]', 'JSON as text, for SQL');
  });

  test('keeps nano-dollars that no double holds', () => {
    assert.match(rowJson(row), /"cost_nano_usd":9007199254740993,/);
  });

  test('lies in the folder of its UTC hour', () => {
    assert.equal(partitionOf(row), 'dt=2026-11-24/hour=09');
  });
});
