import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Config } from '../lambda/core/config/schema.ts';
import { ENV } from '../lambda/env.ts';
import type { LedgerTable } from './ledger-table.ts';
import { NodeFunction } from './node-function.ts';
import { SealerSecret } from './sealer-secret.ts';

export interface GatewayProps {
  readonly environment: string;
  readonly ledger: LedgerTable;
  /** Folder of the bundle, its config.json inside. */
  readonly bundle: string;
  /** SHA-256 of that config.json: the function refuses to start with another one. */
  readonly configHash: string;
  /** Names of the Secrets Manager secrets that hold provider keys. They are read, never created. */
  readonly secretNames: readonly string[];
  /** Whether reasoning is sealed into tool call ids, which takes a secret of the gateway's own. */
  readonly seals: boolean;
  /**
   * Takes the rows of calls that pass while the ledger is away.
   * @default - no budget allows such calls
   */
  readonly directRows?: firehose.IDeliveryStream | undefined;
  /**
   * The most requests that run at once; above it callers get 429 from AWS. A function URL has no other throttle.
   * @default - the account's own limit
   */
  readonly reservedConcurrency?: number;
}

/** Memory in MB. The gateway mostly waits for models, so paying for a whole core would double the bill for little. */
const MEMORY = 1024;

/**
 * The door: a function URL with IAM that streams, on the alias `live` of a published version, so that a rollback is one
 * move of the alias.
 */
export class Gateway extends Construct {
  readonly alias: lambda.Alias;
  readonly url: lambda.FunctionUrl;
  readonly role: iam.IRole;

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const sealer = props.seals ? new SealerSecret(this, 'Sealer') : undefined;
    const { fn, role } = new NodeFunction(this, 'Gateway', {
      description: `tollgate ${props.environment}: gateway`,
      bundle: props.bundle,
      timeout: Duration.minutes(15),
      memorySize: MEMORY,
      environment: {
        [ENV.environment]: props.environment,
        [ENV.ledgerTable]: props.ledger.table.tableName,
        [ENV.ledgerIndex]: props.ledger.indexName,
        [ENV.configHash]: props.configHash,
        ...(sealer === undefined ? {} : { [ENV.sealerSecret]: sealer.secret.secretArn }),
        ...(props.directRows === undefined ? {} : { [ENV.auditStream]: props.directRows.deliveryStreamName }),
      },
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrency: props.reservedConcurrency }),
    });
    this.role = role;
    props.ledger.grantReserveAndSettle(role);
    sealer?.grantRead(role);
    if (props.directRows !== undefined) grantAddRows(role, props.directRows);
    for (const name of props.secretNames) {
      secretsmanager.Secret.fromSecretNameV2(this, `Key-${name}`, name).grantRead(role);
    }
    // CDK's class may hold `undefined` where its own interface has optional members: only our strictness minds.
    const version = fn.currentVersion as lambda.IVersion;
    this.alias = new lambda.Alias(this, 'Live', { aliasName: 'live', version });
    this.url = this.alias.addFunctionUrl({
      authType: lambda.FunctionUrlAuthType.AWS_IAM,
      invokeMode: lambda.InvokeMode.RESPONSE_STREAM,
    });
  }

  /**
   * Lets a principal call the gateway: AWS wants both `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`, the latter
   * only through the URL. Which models and budgets it then has is said by `callers` in tollgate.yaml.
   */
  grantCall(grantee: iam.IGrantable): iam.Grant {
    return this.url.grantInvokeUrl(grantee);
  }
}

function grantAddRows(grantee: iam.IGrantable, rows: firehose.IDeliveryStream): void {
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['firehose:PutRecordBatch'],
    resourceArns: [rows.deliveryStreamArn],
  });
}

/** Whether some budget lets calls pass while the ledger is away: their rows cannot wait for it. */
export function needsDirectRows({ budgets = [] }: Pick<Config, 'budgets'>): boolean {
  return budgets.some(({ on_ledger_down }) => on_ledger_down !== undefined);
}
