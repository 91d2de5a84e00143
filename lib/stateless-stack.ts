import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Config } from '../lambda/core/config/schema.ts';
import { acknowledge } from './acknowledge.ts';
import { Alarms } from './alarms.ts';
import { Alerter } from './alerter.ts';
import type { AuditStore } from './audit-store.ts';
import { AuditTrail } from './audit-trail.ts';
import { bedrockModels, grantBedrock } from './bedrock-access.ts';
import { Gateway, needsDirectRows } from './gateway.ts';
import type { LedgerTable } from './ledger-table.ts';
import { providerSecrets } from './provider-secrets.ts';
import { needsSealer } from './sealer-secret.ts';
import { Sweeper } from './sweeper.ts';

/** Folders of the bundled handlers, and what the gateway's carries. */
export interface Bundles {
  readonly gateway: string;
  readonly sweeper: string;
  readonly auditor: string;
  readonly alerter: string;
  readonly configHash: string;
}

export interface StatelessStackProps extends StackProps {
  readonly environment: string;
  readonly config: Config;
  readonly bundles: Bundles;
  readonly ledger: LedgerTable;
  readonly audit: AuditStore;
  /**
   * The most requests that run at once.
   * @default - the account's own limit
   */
  readonly reservedConcurrency?: number;
}

/** Everything that can be deleted and deployed again without losing a cent or a row. */
export class StatelessStack extends Stack {
  readonly gateway: Gateway;
  readonly callers: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, props: StatelessStackProps) {
    super(scope, id, props);
    const { environment, ledger, audit, bundles } = props;
    acknowledge(
      this,
      'CloudFormation-Validate::W7001',
      'The delivery stream brings a mapping that only VPCs use.',
    );
    const trail = new AuditTrail(this, 'AuditTrail', { environment, ledger, audit, bundle: bundles.auditor });
    this.gateway = new Gateway(this, 'Gateway', {
      environment,
      ledger,
      bundle: bundles.gateway,
      configHash: bundles.configHash,
      secretNames: providerSecrets(props.config),
      seals: needsSealer(props.config),
      directRows: needsDirectRows(props.config) ? trail.delivery : undefined,
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrency: props.reservedConcurrency }),
    });
    grantBedrock(this.gateway.role, bedrockModels(props.config));
    const sweeper = new Sweeper(this, 'Sweeper', { environment, ledger, bundle: bundles.sweeper });
    const alerter = new Alerter(this, 'Alerter', { environment, ledger, bundle: bundles.alerter });
    const alarms = new Alarms(this, 'Alarms', { gateway: this.gateway, sweeper, trail, alerter, ledger });
    this.callers = new iam.ManagedPolicy(this, 'Callers', {
      description: `May call tollgate ${environment}; attach it to the roles that callers in tollgate.yaml names`,
    });
    this.gateway.grantCall(this.callers);
    this.tell(props, alarms, alerter);
  }

  /** What a person needs after a deploy. */
  private tell({ ledger, audit, config }: StatelessStackProps, alarms: Alarms, alerter: Alerter): void {
    const url = this.gateway.url.url;
    const say = (name: string, value: string, description: string): void => {
      new CfnOutput(this, name, { value, description });
    };
    say('Url', url, 'Base URL of the gateway; SDKs want v1 behind it');
    say(
      'TryIt',
      signedCurl(url, this.region, Object.keys(config.models)[0] ?? 'MODEL'),
      'A first call, signed',
    );
    say('CallersPolicy', this.callers.managedPolicyArn, 'Attach this policy to a role that shall call');
    say('AlarmTopic', alarms.topic.topicArn, 'Subscribe to be told of alarms');
    say('BudgetAlerts', alerter.topic.topicArn, 'Subscribe to be told of budgets that run out');
    say('LedgerTable', ledger.table.tableName, 'Table of the ledger');
    say('AuditRows', audit.rows.bucketName, 'Bucket of the audit rows');
    say('AuditDatabase', audit.catalog.databaseName, 'Glue database of the audit rows');
    say('AuditWorkgroup', audit.workgroup.name, 'Athena workgroup for questions to them');
  }
}

/** curl signs by itself since 7.75; it reads the three variables that every AWS credential helper can print. */
function signedCurl(url: string, region: string, model: string): string {
  const body = JSON.stringify({
    model,
    messages: [{ role: 'user', content: 'Hello' }],
    max_tokens: 50,
    stream: true,
  });
  return (
    `curl -N --aws-sigv4 "aws:amz:${region}:lambda" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"` +
    ` -H "x-amz-security-token: $AWS_SESSION_TOKEN" -H "content-type: application/json"` +
    ` -d '${body}' ${url}v1/chat/completions`
  );
}
