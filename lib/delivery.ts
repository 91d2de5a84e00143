import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { AuditStore } from './audit-store.ts';

/** Rows are visible to queries this long after their request at the latest, if nothing fails. */
const FLUSH_AFTER = Duration.minutes(5);
/** Firehose's least where it writes Parquet. */
const FLUSH_AT = Size.mebibytes(64);

/** The delivery stream that turns JSON rows into Parquet files by the table's own columns. */
export function deliverRows(
  scope: Construct,
  environment: string,
  audit: AuditStore,
): firehose.DeliveryStream {
  const log = new logs.LogGroup(scope, 'DeliveryLog', {
    retention: logs.RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new iam.Role(scope, 'DeliveryRole', {
    assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com'),
    description: `tollgate ${environment}: writes audit rows`,
  });
  audit.allowAddRows(role);
  const grants = [grantReadSchema(role, audit), log.grantWrite(role)];
  const stream = new firehose.DeliveryStream(scope, 'Delivery', {
    encryption: firehose.StreamEncryption.awsOwnedKey(),
    destination: new firehose.S3Bucket(audit.rows, {
      // The destination would grant itself more than it needs, deletion of rows included.
      role: role.withoutPolicyUpdates(),
      dataOutputPrefix: `${audit.prefix}dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/`,
      errorOutputPrefix: 'undeliverable/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/',
      bufferingInterval: FLUSH_AFTER,
      bufferingSize: FLUSH_AT,
      loggingConfig: new firehose.EnableLogging(log),
      dataFormatConversion: {
        schemaConfiguration: firehose.SchemaConfiguration.fromCfnTable(audit.catalog.table),
        inputFormat: firehose.InputFormat.OPENX_JSON,
        outputFormat: new firehose.ParquetOutputFormat({ compression: firehose.ParquetCompression.SNAPPY }),
      },
    }),
  });
  for (const grant of grants) grant.applyBefore(stream);
  return stream;
}

function grantReadSchema(role: iam.Role, { catalog }: AuditStore): iam.Grant {
  return iam.Grant.addToPrincipal({
    grantee: role,
    actions: ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
    resourceArns: catalog.arns,
  });
}
