import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Alerter } from './alerter.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Gateway } from './gateway.ts';
import type { LedgerTable } from './ledger-table.ts';
import type { Sweeper } from './sweeper.ts';

export interface AlarmsProps {
  readonly gateway: Gateway;
  readonly sweeper: Sweeper;
  readonly trail: AuditTrail;
  readonly alerter: Alerter;
  readonly ledger: LedgerTable;
}

interface Watch {
  /** Also the name of its page in docs/operations. */
  readonly runbook: string;
  readonly says: string;
  readonly metric: cloudwatch.IMetric;
  /** Raised when the metric reaches this. */
  readonly at: number;
  /** Periods of the metric that must all reach it. */
  readonly periods: number;
}

const minute = { period: Duration.minutes(1) };
const fiveMinutes = { period: Duration.minutes(5) };

/** One topic to subscribe to, and one alarm for each way in which money or the audit could silently go wrong. */
export class Alarms extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, 'Topic', { enforceSSL: true });
    this.letAlarmsPublish();
    for (const watch of [...serving(props), ...auditing(props), ...alerting(props)]) {
      const alarm = new cloudwatch.Alarm(this, watch.runbook, {
        alarmDescription: `${watch.says} What to do: docs/operations/${watch.runbook}.md`,
        metric: watch.metric,
        threshold: watch.at,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: watch.periods,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(this.topic));
    }
  }

  /** The policy that demands TLS takes the place of the one a topic is born with, which let alarms of its account in. */
  private letAlarmsPublish(): void {
    const { account, region, partition } = Stack.of(this);
    this.topic.grantPublish(
      new iam.ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
        },
      }),
    );
  }
}

function serving({ gateway, sweeper, ledger }: AlarmsProps): Watch[] {
  return [
    {
      runbook: 'gateway-errors',
      says: 'Invocations of the gateway failed as a whole: a crash, a timeout or a bad deploy.',
      metric: gateway.alias.metricErrors(fiveMinutes),
      at: 1,
      periods: 1,
    },
    {
      runbook: 'gateway-throttles',
      says: 'AWS turned callers away because too many requests run at once.',
      metric: gateway.alias.metricThrottles(fiveMinutes),
      at: 1,
      periods: 2,
    },
    {
      runbook: 'sweeper-errors',
      says: 'Holds of crashed gateways are not released: budgets look fuller than they are.',
      metric: sweeper.fn.metricErrors(minute),
      at: 1,
      periods: 5,
    },
    {
      runbook: 'ledger-throttles',
      says: 'The ledger refuses writes for load: callers get 503 or wait.',
      metric: new cloudwatch.Metric({
        namespace: 'AWS/DynamoDB',
        metricName: 'WriteThrottleEvents',
        dimensionsMap: { TableName: ledger.table.tableName },
        statistic: 'Sum',
        ...fiveMinutes,
      }),
      at: 10,
      periods: 1,
    },
  ];
}

function auditing({ trail }: AlarmsProps): Watch[] {
  return [
    {
      runbook: 'auditor-errors',
      says: 'The auditor fails, so audit rows are late.',
      metric: trail.fn.metricErrors(fiveMinutes),
      at: 1,
      periods: 3,
    },
    {
      runbook: 'audit-delay',
      says: 'Final entries wait for the auditor for more than 15 minutes.',
      metric: trail.fn.metric('IteratorAge', { statistic: 'Maximum', ...fiveMinutes }),
      at: Duration.minutes(15).toMilliseconds(),
      periods: 1,
    },
    {
      runbook: 'audit-delivery',
      says: 'Rows wait in the delivery stream for more than 30 minutes.',
      metric: trail.delivery.metric('DeliveryToS3.DataFreshness', { statistic: 'Maximum', ...fiveMinutes }),
      at: Duration.minutes(30).toSeconds(),
      periods: 1,
    },
    {
      runbook: 'audit-conversion',
      says: 'Rows could not be written as Parquet and lie under undeliverable/ in the rows bucket.',
      metric: trail.delivery.metric('FailedConversion.Records', { statistic: 'Sum', ...fiveMinutes }),
      at: 1,
      periods: 1,
    },
    {
      runbook: 'audit-undelivered',
      says: 'Entries were given up by the auditor and lie under aws/lambda/ in the working bucket.',
      metric: new cloudwatch.Metric({
        namespace: 'AWS/Lambda',
        metricName: 'OnFailureDestinationDeliveredEventCount',
        dimensionsMap: { EventSourceMappingUUID: trail.mapping.eventSourceMappingId },
        statistic: 'Sum',
        ...fiveMinutes,
      }),
      at: 1,
      periods: 1,
    },
  ];
}

function alerting({ alerter }: AlarmsProps): Watch[] {
  return [
    {
      runbook: 'alerter-errors',
      says: 'The alerter fails, so nobody is told of budgets that run out.',
      metric: alerter.fn.metricErrors(fiveMinutes),
      at: 1,
      periods: 3,
    },
    {
      runbook: 'alerts-delay',
      says: 'Alerts of budgets wait for more than 15 minutes.',
      metric: alerter.fn.metric('IteratorAge', { statistic: 'Maximum', ...fiveMinutes }),
      at: Duration.minutes(15).toMilliseconds(),
      periods: 1,
    },
  ];
}
