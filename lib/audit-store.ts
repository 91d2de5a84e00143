import { type CfnResource, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { AuditCatalog } from './audit-catalog.ts';

export interface AuditStoreProps {
  /** Name of the deployment, such as `prod`. */
  readonly environment: string;
  /**
   * The most that one query may scan, in bytes; a query above it is stopped.
   * @default - 100 GiB
   */
  readonly maxScan?: Size;
  /**
   * Questions to save in the workgroup.
   * @default - none
   */
  readonly queries?: readonly SavedQuery[];
}

/** A question with a name, as the console lists it. */
export interface SavedQuery {
  readonly name: string;
  readonly about: string;
  readonly sql: string;
}

const ROWS_PREFIX = 'rows/';

/**
 * Where audit rows live for years: a bucket that outlives its stack, the table over it, and a workgroup in which
 * compliance asks. Rows are never deleted by us.
 */
export class AuditStore extends Construct {
  readonly rows: s3.IBucket;
  /** Results of queries, access logs of the rows, and stream records that could not be delivered. */
  readonly working: s3.IBucket;
  readonly catalog: AuditCatalog;
  readonly workgroup: athena.CfnWorkGroup;
  readonly prefix: string = ROWS_PREFIX;

  constructor(scope: Construct, id: string, props: AuditStoreProps) {
    super(scope, id);
    this.working = closedBucket(this, 'Working', {
      lifecycleRules: [
        { prefix: 'query-results/', expiration: Duration.days(30) },
        { prefix: 'access-logs/', expiration: Duration.days(400) },
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
    });
    this.rows = closedBucket(this, 'Rows', {
      versioned: true,
      serverAccessLogsBucket: this.working,
      serverAccessLogsPrefix: 'access-logs/',
      lifecycleRules: [
        {
          transitions: [
            { storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(90) },
          ],
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
    });
    this.catalog = new AuditCatalog(this, 'Catalog', {
      bucket: this.rows,
      prefix: this.prefix,
      databaseName: `tollgate_${props.environment.replaceAll('-', '_')}`,
    });
    this.workgroup = new athena.CfnWorkGroup(this, 'Workgroup', {
      name: `tollgate-${props.environment}`,
      description: 'Questions to the audit rows of tollgate',
      workGroupConfiguration: {
        bytesScannedCutoffPerQuery: (props.maxScan ?? Size.gibibytes(100)).toBytes(),
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: `s3://${this.working.bucketName}/query-results/`,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    });
    for (const { name, about, sql } of props.queries ?? []) {
      const query = new athena.CfnNamedQuery(this, `Query-${name}`, {
        name,
        description: about,
        database: this.catalog.databaseName,
        workGroup: this.workgroup.name,
        queryString: sql,
      });
      query.addResourceDependency(this.workgroup);
    }
  }

  /**
   * Adding rows, and nothing else: neither reading nor deleting them.
   * https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
   */
  allowAddRows(role: iam.Role): void {
    role.addManagedPolicy(
      this.allow('AddRows', this.rows, '*', {
        onObjects: ['s3:AbortMultipartUpload', 's3:PutObject'],
        onBucket: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        reason: 'Firehose names its objects by time; it may add them, neither read nor delete.',
      }),
    );
  }

  /** Keeping stream records that could not be delivered: Lambda writes them with the function's role, under its own folder. */
  allowKeepUndelivered(role: iam.Role): void {
    role.addManagedPolicy(
      this.allow('KeepUndelivered', this.working, 'aws/lambda/*', {
        onObjects: ['s3:PutObject'],
        onBucket: ['s3:ListBucket'],
        reason: 'Lambda names one object for each failed batch, below this folder only.',
      }),
    );
  }

  private allow(id: string, bucket: s3.IBucket, objects: string, intent: Intent): iam.ManagedPolicy {
    const policy = new iam.ManagedPolicy(this, id, {
      statements: [
        new iam.PolicyStatement({ actions: intent.onObjects, resources: [bucket.arnForObjects(objects)] }),
        new iam.PolicyStatement({ actions: intent.onBucket, resources: [bucket.bucketArn] }),
      ],
    });
    // A bucket's construct always stands for its one resource.
    const logicalId = Stack.of(this).getLogicalId(bucket.node.defaultChild as CfnResource);
    acknowledge(policy, `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>/${objects}]`, intent.reason);
    return policy;
  }
}

interface Intent {
  readonly onObjects: string[];
  readonly onBucket: string[];
  /** Why the objects cannot be named one by one. */
  readonly reason: string;
}

function closedBucket(scope: Construct, id: string, props: s3.BucketProps): s3.IBucket {
  const bucket = new s3.Bucket(scope, id, {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN,
    ...props,
  });
  // CDK's class may hold `undefined` where its own interface has optional members: only our strictness tells them apart.
  return bucket as s3.IBucket;
}
