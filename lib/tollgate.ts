import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Config } from '../lambda/core/config/schema.ts';
import type { SavedQuery } from './audit-store.ts';
import { StatefulStack } from './stateful-stack.ts';
import { type Bundles, StatelessStack } from './stateless-stack.ts';

export interface TollgateProps {
  /** Name of the deployment, such as `prod`: letters, digits and dashes. */
  readonly environment: string;
  readonly config: Config;
  readonly bundles: Bundles;
  /**
   * The most requests that run at once.
   * @default - the account's own limit
   */
  readonly reservedConcurrency?: number;
  /**
   * Questions to save in the Athena workgroup.
   * @default - none
   */
  readonly queries?: readonly SavedQuery[];
}

const ENVIRONMENT = /^[a-z][a-z0-9-]{0,19}$/;

/** One deployment: what must be kept, what can be replaced, and the security rules that both must pass. */
export function addTollgate(
  app: App,
  props: TollgateProps,
): { stateful: StatefulStack; stateless: StatelessStack } {
  const { environment } = props;
  if (!ENVIRONMENT.test(environment))
    throw new Error(
      `environment "${environment}": 1 to 20 lower-case letters, digits and dashes, a letter first`,
    );
  const stateful = new StatefulStack(app, `tollgate-${environment}-data`, {
    environment,
    description: `tollgate ${environment}: ledger and audit rows`,
    ...(props.queries === undefined ? {} : { queries: props.queries }),
  });
  const stateless = new StatelessStack(app, `tollgate-${environment}-gateway`, {
    ...props,
    description: `tollgate ${environment}: gateway, sweeper, auditor and alerter`,
    ledger: stateful.ledger,
    audit: stateful.audit,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { stateful, stateless };
}
