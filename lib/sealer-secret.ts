import { RemovalPolicy } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Config } from '../lambda/core/config/schema.ts';
import { acknowledge } from './acknowledge.ts';

/** Characters of the generated secret: more than 256 bits of chance. */
const LENGTH = 64;

/**
 * What the gateway seals reasoning with, which chat clients carry from turn to turn inside the ids of tool calls. Losing
 * it loses no money and no row: the conversations that run go on without their earlier reasoning.
 */
export class SealerSecret extends Construct {
  readonly secret: secretsmanager.Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.secret = new secretsmanager.Secret(this, 'Secret', {
      description: 'tollgate: seals reasoning that callers carry between two requests',
      generateSecretString: { passwordLength: LENGTH, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.secret,
      'AwsSolutions-SMG4',
      'A rotation would lose the reasoning of every running conversation and protect nothing of value.',
    );
  }

  grantRead(role: iam.IGrantable): void {
    this.secret.grantRead(role);
  }
}

/** Whether a chat request can be translated for a provider whose reasoning is signed. */
export function needsSealer(config: Config): boolean {
  return Object.values(config.providers).some(({ type }) => type === 'anthropic' || type === 'bedrock');
}
