import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { auditReference } from '../../../bin/commands/reference/audit.ts';
import { modelsReference } from '../../../bin/commands/reference/models.ts';
import { catalogRows, priceVersion } from '../../../lambda/catalog/catalog.ts';
import { COLUMNS } from '../../../lambda/core/audit/columns.ts';

describe('the generated reference', () => {
  test('of the audit explains every column and maps it to OpenTelemetry where there is a counterpart', () => {
    const page = auditReference();
    for (const column of COLUMNS) {
      assert.ok(page.includes(`| \`${column.name}\` | ${column.type}`), column.name);
      if ('otel' in column)
        assert.ok(page.includes(`| \`${column.name}\` | \`${column.otel}\` |`), column.name);
    }
    assert.match(page, /^# .+\n[\s\S]*\n$/);
  });

  test('of the models gives every row its prices, limits, source and day', () => {
    const page = modelsReference();
    for (const row of catalogRows()) {
      assert.ok(
        page.includes(`| ${row.provider} | \`${row.model}\` | ${row.checked} | ${row.source} |`),
        row.model,
      );
      assert.ok(page.includes(`\n| \`${row.model}\` | `), row.model);
      for (const price of row.prices)
        assert.ok(page.includes(`| \`${priceVersion(row, price)}\` | `), priceVersion(row, price));
    }
  });

  test('is the same text each time', () => {
    assert.equal(auditReference(), auditReference());
    assert.equal(modelsReference(), modelsReference());
  });

  test('has tables whose rows have as many cells as their heads', () => {
    for (const page of [auditReference(), modelsReference()]) {
      for (const table of page.split('\n\n').filter((block) => block.startsWith('|'))) {
        const cells = table
          .trimEnd()
          .split('\n')
          .map((line) => line.split(/(?<!\\)\|/).length);
        assert.equal(new Set(cells).size, 1, table.slice(0, 80));
      }
    }
  });
});
