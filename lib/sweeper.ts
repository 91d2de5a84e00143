import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as targets from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { ENV } from '../lambda/env.ts';
import type { LedgerTable } from './ledger-table.ts';
import { NodeFunction } from './node-function.ts';

export interface SweeperProps {
  readonly environment: string;
  readonly ledger: LedgerTable;
  readonly bundle: string;
}

/** Finishes every minute what crashed gateways left: their holds are charged and their rows written. */
export class Sweeper extends Construct {
  readonly fn: lambda.Function;

  constructor(scope: Construct, id: string, props: SweeperProps) {
    super(scope, id);
    const { fn, role } = new NodeFunction(this, 'Sweeper', {
      description: `tollgate ${props.environment}: sweeper`,
      bundle: props.bundle,
      timeout: Duration.minutes(1),
      memorySize: 512,
      environment: {
        [ENV.environment]: props.environment,
        [ENV.ledgerTable]: props.ledger.table.tableName,
        [ENV.ledgerIndex]: props.ledger.indexName,
      },
    });
    this.fn = fn;
    props.ledger.grantReap(role);
    const caller = new iam.Role(this, 'ScheduleRole', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com'),
      description: `tollgate ${props.environment}: starts the sweeper`,
    });
    const mayInvoke = iam.Grant.addToPrincipal({
      grantee: caller,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [fn.functionArn],
    });
    const schedule = new scheduler.Schedule(this, 'EveryMinute', {
      description: `tollgate ${props.environment}: settles what crashed gateways left`,
      schedule: scheduler.ScheduleExpression.rate(Duration.minutes(1)),
      // The next minute comes anyway, so a missed one is not made up for.
      target: new targets.LambdaInvoke(fn, {
        role: caller.withoutPolicyUpdates(),
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    });
    mayInvoke.applyBefore(schedule);
  }
}
