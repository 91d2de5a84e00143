import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LEDGER_INDEX_NAME } from '../lambda/env.ts';

/**
 * The ledger: counters of budgets, journals of reservations, and the entries that become audit rows. On demand, so that
 * nothing is paid while nobody calls; its change stream is the outbox of the audit.
 */
export class LedgerTable extends Construct {
  readonly table: dynamodb.TableV2;
  readonly indexName: string = LEDGER_INDEX_NAME;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new dynamodb.TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billing: dynamodb.Billing.onDemand(),
      globalSecondaryIndexes: [
        {
          indexName: this.indexName,
          partitionKey: { name: 'gx', type: dynamodb.AttributeType.STRING },
          sortKey: { name: 'exp', type: dynamodb.AttributeType.NUMBER },
          projectionType: dynamodb.ProjectionType.KEYS_ONLY,
        },
      ],
      dynamoStream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Reserve, settle and read: conditional writes and consistent reads, never a scan and never a delete. */
  grantReserveAndSettle(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resourceArns: [this.table.tableArn],
    });
  }

  /** What the sweeper does on top: find the journals that their owner no longer closes. */
  grantFindOpenJournals(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: [`${this.table.tableArn}/index/${this.indexName}`],
    });
  }

  /**
   * What alerts need: counters (of every pool), policies and configs to read, and marks to write. By keys, so that this
   * role can move no cent.
   */
  grantRaiseAlerts(grantee: iam.IGrantable): iam.Grant {
    const on = (actions: string[], keys: string[]): iam.Grant =>
      iam.Grant.addToPrincipal({
        grantee,
        actions,
        resourceArns: [this.table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
      });
    return on(['dynamodb:GetItem'], ['S*', 'P#*']).combine(on(['dynamodb:UpdateItem'], ['A#*']));
  }

  /** Follow the changes. Listing streams knows no resource in IAM, so it is granted apart. */
  grantFollowChanges(grantee: iam.IGrantable): iam.Grant {
    const follow = iam.Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resourceArns: [this.streamArn],
    });
    return follow.combine(
      iam.Grant.addToPrincipal({ grantee, actions: ['dynamodb:ListStreams'], resourceArns: ['*'] }),
    );
  }

  get streamArn(): string {
    const arn = this.table.tableStreamArn;
    if (arn === undefined) throw new Error('Bug! the ledger table has no stream');
    return arn;
  }
}
