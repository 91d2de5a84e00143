import { Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { type GlueColumn, glueColumns, gluePartitions } from '../lambda/core/audit/row.ts';

export interface AuditViewProps {
  readonly databaseName: string;
  readonly rows: glue.CfnTable;
  readonly tableName: string;
}

/** Name that the shipped queries ask, on Athena as locally. */
export const AUDIT_VIEW = 'audit';

const COLUMNS: readonly GlueColumn[] = [...glueColumns(), ...gluePartitions()];

/** Athena's own names of Glue's types, where they differ. */
const ATHENA_TYPES: Readonly<Record<string, string>> = { string: 'varchar', int: 'integer' };

/**
 * One row for each request: the way to the table may deliver a row twice. The day is part of the key, so that a filter
 * on `dt` still reads those days only; copies of one row that were delivered on two days stay two.
 */
export function auditViewSql(tableName: string): string {
  const names = COLUMNS.map(({ name }) => `"${name}"`).join(', ');
  return (
    `SELECT ${names} FROM (SELECT *, row_number() OVER (PARTITION BY "dt", "request_id" ORDER BY "hour") AS "copy"` +
    ` FROM "${tableName}") WHERE "copy" = 1`
  );
}

/**
 * The view `audit` in Athena's own encoding, which is that of Trino's Hive connector: the SQL and the column types as
 * JSON in base64, in a comment. A view made here needs nobody to run a statement after the deploy.
 */
export class AuditView extends Construct {
  constructor(scope: Construct, id: string, { databaseName, rows, tableName }: AuditViewProps) {
    super(scope, id);
    const definition = {
      originalSql: auditViewSql(tableName),
      catalog: 'awsdatacatalog',
      schema: databaseName,
      columns: COLUMNS.map(({ name, type }) => ({ name, type: ATHENA_TYPES[type] ?? type })),
    };
    const encoded = Buffer.from(JSON.stringify(definition)).toString('base64');
    const view = new glue.CfnTable(this, 'View', {
      catalogId: Stack.of(this).account,
      databaseName,
      tableInput: {
        name: AUDIT_VIEW,
        description: 'One row for each request; filter on dt',
        tableType: 'VIRTUAL_VIEW',
        parameters: { presto_view: 'true', comment: 'Presto View' },
        partitionKeys: [],
        storageDescriptor: { columns: [...COLUMNS], location: '', serdeInfo: {} },
        viewOriginalText: `/* Presto View: ${encoded} */`,
        viewExpandedText: '/* Presto View */',
      },
    });
    view.addResourceDependency(rows);
  }
}
