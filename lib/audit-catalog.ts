import { Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { glueColumns, gluePartitions } from '../lambda/core/audit/row.ts';
import { AuditView } from './audit-view.ts';

export interface AuditCatalogProps {
  readonly bucket: s3.IBucket;
  /** Folder of the rows in the bucket, with its slash. */
  readonly prefix: string;
  /** Name of the Glue database, such as `tollgate_prod`. */
  readonly databaseName: string;
}

/** First day that partition projection knows; no row can be older than the product. */
const FIRST_DAY = '2026-01-01';

/**
 * The table that Athena reads: columns from the row's own list, partitions projected from the calendar, so that no
 * crawler runs and a new day needs no write.
 */
export class AuditCatalog extends Construct {
  readonly database: glue.CfnDatabase;
  readonly table: glue.CfnTable;
  readonly databaseName: string;
  readonly tableName: string = 'audit_rows';

  constructor(scope: Construct, id: string, props: AuditCatalogProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    this.databaseName = props.databaseName;
    this.database = new glue.CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name: props.databaseName, description: 'Audit rows of tollgate, one per request' },
    });
    const location = `s3://${props.bucket.bucketName}/${props.prefix}`;
    this.table = new glue.CfnTable(this, 'Rows', {
      catalogId: account,
      databaseName: props.databaseName,
      tableInput: {
        name: this.tableName,
        description: 'Rows as delivered, at least once each; the view `audit` keeps one',
        tableType: 'EXTERNAL_TABLE',
        parameters: { ...projection(location), EXTERNAL: 'TRUE', classification: 'parquet' },
        partitionKeys: gluePartitions().map(({ name, type }) => ({
          name,
          type,
          comment: `By delivery, UTC: ${name}`,
        })),
        storageDescriptor: {
          columns: [...glueColumns()],
          location,
          inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
          serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      },
    });
    this.table.addResourceDependency(this.database);
    new AuditView(this, 'View', {
      databaseName: props.databaseName,
      rows: this.table,
      tableName: this.tableName,
    });
  }

  /** ARNs that a reader or the delivery stream needs to look the schema up. */
  get arns(): string[] {
    const stack = Stack.of(this);
    const arn = (resource: string, resourceName?: string): string =>
      stack.formatArn({ service: 'glue', resource, ...(resourceName === undefined ? {} : { resourceName }) });
    return [
      arn('catalog'),
      arn('database', this.databaseName),
      arn('table', `${this.databaseName}/${this.tableName}`),
    ];
  }
}

/** https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html */
function projection(location: string): Record<string, string> {
  return {
    'projection.enabled': 'true',
    'projection.dt.type': 'date',
    'projection.dt.format': 'yyyy-MM-dd',
    'projection.dt.range': `${FIRST_DAY},NOW`,
    'projection.dt.interval': '1',
    'projection.dt.interval.unit': 'DAYS',
    'projection.hour.type': 'integer',
    'projection.hour.range': '0,23',
    'projection.hour.digits': '2',
    'storage.location.template': `${location}dt=\${dt}/hour=\${hour}/`,
  };
}
