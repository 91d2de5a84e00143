import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENV } from '../lambda/env.ts';
import { acknowledge } from './acknowledge.ts';
import type { AuditStore } from './audit-store.ts';
import { deliverRows } from './delivery.ts';
import type { LedgerTable } from './ledger-table.ts';
import { NodeFunction } from './node-function.ts';

export interface AuditTrailProps {
  readonly environment: string;
  readonly ledger: LedgerTable;
  readonly audit: AuditStore;
  readonly bundle: string;
}

/** Below the 24 hours that a table's stream keeps, so that what cannot be delivered reaches the bucket in time. */
const GIVE_UP_AFTER = Duration.hours(12);

/**
 * From the ledger to rows that compliance reads: every final entry passes the table's change stream, the auditor
 * function and a delivery stream into Parquet files. What fails for twelve hours is kept whole in the working bucket.
 */
export class AuditTrail extends Construct {
  readonly fn: lambda.Function;
  readonly delivery: firehose.DeliveryStream;
  readonly mapping: lambda.EventSourceMapping;

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    this.delivery = deliverRows(this, props.environment, props.audit);
    const { fn, role } = new NodeFunction(this, 'Auditor', {
      description: `tollgate ${props.environment}: auditor`,
      bundle: props.bundle,
      timeout: Duration.minutes(1),
      memorySize: 512,
      environment: {
        [ENV.environment]: props.environment,
        [ENV.auditStream]: this.delivery.deliveryStreamName,
      },
    });
    this.fn = fn;
    const grants = [
      props.ledger.grantFollowChanges(role),
      iam.Grant.addToPrincipal({
        grantee: role,
        actions: ['firehose:PutRecordBatch'],
        resourceArns: [this.delivery.deliveryStreamArn],
      }),
    ];
    props.audit.allowKeepUndelivered(role);
    acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'dynamodb:ListStreams knows no resource in IAM.');
    this.mapping = new lambda.EventSourceMapping(this, 'FinalEntries', {
      target: fn,
      eventSourceArn: props.ledger.streamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 500,
      maxBatchingWindow: Duration.seconds(5),
      filters: [
        lambda.FilterCriteria.filter({
          dynamodb: { NewImage: { st: { S: lambda.FilterRule.isEqual('F') } } },
        }),
      ],
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      maxRecordAge: GIVE_UP_AFTER,
      onFailure: { bind: () => ({ destination: props.audit.working.bucketArn }) },
      supportS3OnFailureDestination: true,
      metricsConfig: { metrics: [lambda.MetricType.EVENT_COUNT] },
    });
    for (const grant of grants) grant.applyBefore(this.mapping);
  }
}
