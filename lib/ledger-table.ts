import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LEDGER_INDEX_NAME } from '../lambda/env.ts';

/** Partition keys of the ledger's items, by kind; lambda/ledger/items.ts lists them. Counters have their pool in the key. */
const KEYS = { counters: 'S*', policies: 'P#*', journals: 'J#*', posted: 'O#*', alerts: 'A#*' } as const;

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

  /**
   * What the gateway does: keep counters, limits in force and what it posted after an outage, and write journals. By
   * keys, with conditional writes and single reads: no alert, no query, never a scan and never a delete.
   */
  grantReserveAndSettle(grantee: iam.IGrantable): iam.Grant {
    const { counters, policies, journals, posted } = KEYS;
    const read = this.#grant(grantee, ['dynamodb:GetItem'], [counters, policies]);
    return read.combine(
      this.#grant(grantee, ['dynamodb:UpdateItem'], [counters, policies, journals, posted]),
    );
  }

  /** What the sweeper does: find journals that their owner no longer closes, read them and settle what they hold. */
  grantReap(grantee: iam.IGrantable): iam.Grant {
    const { counters, journals } = KEYS;
    const find = iam.Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: [`${this.table.tableArn}/index/${this.indexName}`],
    });
    return find
      .combine(this.#grant(grantee, ['dynamodb:Query'], [journals]))
      .combine(this.#grant(grantee, ['dynamodb:UpdateItem'], [counters, journals]));
  }

  /** What alerts need: counters, policies and configs to read, and marks to write, so that this role moves no cent. */
  grantRaiseAlerts(grantee: iam.IGrantable): iam.Grant {
    const { counters, policies, alerts } = KEYS;
    const read = this.#grant(grantee, ['dynamodb:GetItem'], [counters, policies]);
    return read.combine(this.#grant(grantee, ['dynamodb:UpdateItem'], [alerts]));
  }

  /** Actions on items by their partition key. Several items in a transaction are each checked by their own. */
  #grant(grantee: iam.IGrantable, actions: string[], keys: readonly string[]): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
    });
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
