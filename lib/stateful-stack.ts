import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AuditStore, type SavedQuery } from './audit-store.ts';
import { LedgerTable } from './ledger-table.ts';

export interface StatefulStackProps extends StackProps {
  /** Name of the deployment, such as `prod`; part of the names that people type. */
  readonly environment: string;
  /**
   * Questions to save in the Athena workgroup.
   * @default - none
   */
  readonly queries?: readonly SavedQuery[];
}

/** What must outlive every deploy: the ledger and the audit rows. Deleting this stack leaves both. */
export class StatefulStack extends Stack {
  readonly ledger: LedgerTable;
  readonly audit: AuditStore;

  constructor(scope: Construct, id: string, props: StatefulStackProps) {
    super(scope, id, props);
    this.ledger = new LedgerTable(this, 'Ledger');
    this.audit = new AuditStore(this, 'Audit', {
      environment: props.environment,
      ...(props.queries === undefined ? {} : { queries: props.queries }),
    });
  }
}
