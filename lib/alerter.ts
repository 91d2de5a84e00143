import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ENV } from '../lambda/env.ts';
import { acknowledge } from './acknowledge.ts';
import type { LedgerTable } from './ledger-table.ts';
import { NodeFunction } from './node-function.ts';

export interface AlerterProps {
  readonly environment: string;
  readonly ledger: LedgerTable;
  readonly bundle: string;
}

/** An older alert tells nothing that can still be acted on, and must not hold back newer ones. */
const GIVE_UP_AFTER = Duration.hours(6);

/**
 * Tells of budgets: changes of counters and refusals pass the table's change stream to the alerter function, which
 * publishes each mark once per window to a topic of its own.
 *
 * A second consumer of the stream rather than a part of the auditor, so that a topic which does not take notices cannot
 * hold up the audit, and so that the auditor is not called for every change of a counter. A stream serves two readers of
 * a shard without throttling, and these are both: whoever needs a third one has to put a fan-out behind one of them.
 */
export class Alerter extends Construct {
  readonly fn: lambda.Function;
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, props: AlerterProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, 'BudgetAlerts', { enforceSSL: true });
    const { fn, role } = new NodeFunction(this, 'Alerter', {
      description: `tollgate ${props.environment}: alerter`,
      bundle: props.bundle,
      timeout: Duration.minutes(1),
      memorySize: 512,
      environment: {
        [ENV.environment]: props.environment,
        [ENV.ledgerTable]: props.ledger.table.tableName,
        [ENV.alertTopic]: this.topic.topicArn,
      },
    });
    this.fn = fn;
    const grants = [
      props.ledger.grantFollowChanges(role),
      props.ledger.grantRaiseAlerts(role),
      iam.Grant.addToPrincipal({
        grantee: role,
        actions: ['sns:Publish'],
        resourceArns: [this.topic.topicArn],
      }),
    ];
    acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'dynamodb:ListStreams knows no resource in IAM.');
    const mapping = new lambda.EventSourceMapping(this, 'Counters', {
      target: fn,
      eventSourceArn: props.ledger.streamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 1_000,
      maxBatchingWindow: Duration.seconds(5),
      filters: [
        changed({ sk: lambda.FilterRule.isEqual('C') }),
        changed({
          st: lambda.FilterRule.isEqual('F'),
          ec: lambda.FilterRule.isEqual('budget_exceeded'),
        }),
      ],
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      maxRecordAge: GIVE_UP_AFTER,
    });
    for (const grant of grants) grant.applyBefore(mapping);
  }
}

/** Changes after which these attributes, texts all, have these values. */
function changed(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const image = Object.fromEntries(Object.entries(attributes).map(([name, rule]) => [name, { S: rule }]));
  return lambda.FilterCriteria.filter({ dynamodb: { NewImage: image } });
}
