import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface NodeFunctionProps {
  readonly description: string;
  /** Folder with the bundled handler: `index.mjs`, exporting `handler`. */
  readonly bundle: string;
  readonly timeout: Duration;
  /** MB. CPU grows with it: 1,769 MB are one whole core. */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * The most that may run at once.
   * @default - the account's own limit
   */
  readonly reservedConcurrency?: number;
}

/**
 * A function of ours: Node 24 on arm64, its own role that may only write its own log, and a log that is kept for three
 * months. What else it may do is granted by intent where it is used.
 */
export class NodeFunction extends Construct {
  readonly fn: lambda.Function;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Log', {
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    const writeLog = logGroup.grantWrite(this.role);
    this.fn = new lambda.Function(this, 'Function', {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(props.bundle),
      role: this.role,
      timeout: props.timeout,
      memorySize: props.memorySize,
      environment: { ...props.environment },
      logGroup,
      loggingFormat: lambda.LoggingFormat.TEXT,
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
    });
    writeLog.applyBefore(this.fn);
  }
}
