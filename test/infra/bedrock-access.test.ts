import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { configSchema } from '../../lambda/core/config/schema.ts';
import { bedrockModels, grantBedrock } from '../../lib/bedrock-access.ts';
import { list, statements } from './statements.ts';

const ARN = 'arn:aws:bedrock:eu-central-1:111122223333';
const INVOKE = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];

function access(models: Record<string, { provider?: string; model?: string }>) {
  const config = configSchema.parse({
    providers: {
      aws: { type: 'bedrock', region: 'eu-central-1' },
      keyed: { type: 'bedrock', region: 'eu-central-1', key: { secret: 'tollgate/bedrock' } },
      openai: { type: 'openai', key: { secret: 'tollgate/openai' } },
    },
    models: Object.fromEntries(
      Object.entries(models).map(([alias, { provider = 'aws', model }]) => [
        alias,
        { targets: [{ provider, ...(model === undefined ? {} : { model }) }] },
      ]),
    ),
  });
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  grantBedrock(role, bedrockModels(config));
  const allowed = statements(Template.fromStack(stack))
    .filter(({ statement }) => !list(statement.Action).includes('sts:AssumeRole'))
    .map(({ statement }) => {
      const condition = (statement as { Condition?: { StringLike: Record<string, unknown> } }).Condition;
      return {
        actions: list(statement.Action),
        resource: arnOf(statement.Resource),
        ...(condition === undefined
          ? {}
          : { through: arnOf(condition.StringLike['bedrock:InferenceProfileArn']) }),
      };
    });
  return { allowed, report: () => new AwsSolutionsChecks(app).validateScope(stack) };
}

/** An ARN with its references by name. */
function arnOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [, parts] = (value as { 'Fn::Join': [string, (string | { Ref: string })[]] })['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}

describe('the gateway’s access to Bedrock', () => {
  it('to a foundation model is to this model in this region', () => {
    const { allowed, report } = access({ small: { model: 'amazon.nova-micro-v1:0' } });
    const resource = 'arn:<AWS::Partition>:bedrock:eu-central-1::foundation-model/amazon.nova-micro-v1:0';
    assert.deepEqual(allowed, [
      { actions: INVOKE, resource },
      { actions: ['bedrock:CountTokens'], resource },
    ]);
    assert.deepEqual(report().violations, []);
  });

  it('to a model behind a profile is through this profile only', () => {
    const id = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
    const { allowed, report } = access({ claude: { model: id } });
    const profile = `arn:<AWS::Partition>:bedrock:eu-central-1:<AWS::AccountId>:inference-profile/${id}`;
    assert.deepEqual(allowed, [
      { actions: INVOKE, resource: profile },
      {
        actions: INVOKE,
        resource: `arn:<AWS::Partition>:bedrock:*::foundation-model/${id.slice(3)}`,
        through: profile,
      },
      {
        actions: ['bedrock:CountTokens'],
        resource: `arn:<AWS::Partition>:bedrock:eu-central-1::foundation-model/${id.slice(3)}`,
      },
    ]);
    assert.deepEqual(report().violations, []);
  });

  it('to an application’s profile is to whatever it routes to, and to nothing else', () => {
    const profile = `${ARN}:application-inference-profile/abc123`;
    const { allowed, report } = access({ team: { model: profile } });
    assert.deepEqual(allowed, [
      { actions: INVOKE, resource: profile },
      { actions: INVOKE, resource: 'arn:<AWS::Partition>:bedrock:*::foundation-model/*', through: profile },
    ]);
    assert.deepEqual(report().violations, []);
  });

  it('to the ARN of provisioned throughput or of an own model is to that alone', () => {
    for (const kind of ['provisioned-model/p1', 'imported-model/i1', 'custom-model-deployment/c1']) {
      const { allowed } = access({ own: { model: `${ARN}:${kind}` } });
      assert.deepEqual(allowed, [{ actions: INVOKE, resource: `${ARN}:${kind}` }]);
    }
  });

  it('by an alias with * is as wide as what callers may ask for, with its reason', () => {
    const vendor = access({ 'mistral.*': {} });
    assert.deepEqual(
      vendor.allowed.map(({ resource }) => resource),
      Array(2).fill('arn:<AWS::Partition>:bedrock:eu-central-1::foundation-model/mistral.*'),
    );
    assert.deepEqual(vendor.report().violations, []);
    const profiles = access({ 'eu.anthropic.*': {} });
    assert.deepEqual(
      profiles.allowed.map(({ resource, through }) => [
        resource.split(':').at(-1),
        through?.split(':').at(-1),
      ]),
      [
        ['inference-profile/eu.anthropic.*', undefined],
        ['foundation-model/anthropic.*', 'inference-profile/eu.anthropic.*'],
        ['foundation-model/anthropic.*', undefined],
      ],
    );
    assert.deepEqual(profiles.report().violations, []);
    const all = access({ '*': {} });
    assert.deepEqual(
      all.allowed.map(({ resource }) => resource.split('bedrock:')[1]),
      [
        'eu-central-1:<AWS::AccountId>:inference-profile/*',
        '*::foundation-model/*',
        'eu-central-1::foundation-model/*',
        'eu-central-1::foundation-model/*',
      ],
    );
    assert.deepEqual(all.report().violations, []);
  });

  it('is not needed for a provider with a key, nor for another kind of provider', () => {
    const { allowed } = access({
      keyed: { provider: 'keyed', model: 'amazon.nova-micro-v1:0' },
      gpt: { provider: 'openai', model: 'gpt-5-mini' },
    });
    assert.deepEqual(allowed, []);
  });

  it('is asked for once where two aliases name one model', () => {
    const { allowed } = access({
      one: { model: 'amazon.nova-micro-v1:0' },
      two: { model: 'amazon.nova-micro-v1:0' },
    });
    assert.equal(allowed.length, 2);
  });
});
