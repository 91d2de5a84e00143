import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam';
import { config, deployment, templates } from './deployment.ts';

import { statements } from './statements.ts';

describe('the deployment: door and ledger', () => {
  let data: Template;
  let gateway: Template;
  before(() => {
    ({ data, gateway } = templates());
  });

  it('opens the gateway as a streaming function URL with IAM, on the alias of a published version', () => {
    gateway.hasResourceProperties('AWS::Lambda::Url', {
      AuthType: 'AWS_IAM',
      InvokeMode: 'RESPONSE_STREAM',
      Qualifier: 'live',
    });
    gateway.resourceCountIs('AWS::Lambda::Url', 1);
    gateway.hasResourceProperties('AWS::Lambda::Alias', {
      Name: 'live',
      FunctionVersion: { 'Fn::GetAtt': [Match.stringLikeRegexp('CurrentVersion'), 'Version'] },
    });
    gateway.hasResource('AWS::Lambda::Version', { DeletionPolicy: 'Retain' });
  });

  it('runs every function on Node 24 and arm64, the gateway for 15 minutes with at least 1 GB', () => {
    gateway.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    });
    gateway.resourceCountIs('AWS::Lambda::Function', 4);
    gateway.hasResourceProperties('AWS::Lambda::Function', { Timeout: 900, MemorySize: 1024 });
  });

  it('sets a concurrency limit only when asked to', () => {
    const limits = Object.values(gateway.findResources('AWS::Lambda::Function')).map(
      (fn) => fn['Properties'].ReservedConcurrentExecutions,
    );
    assert.deepEqual(limits, [undefined, undefined, undefined, undefined]);
    const { stateless } = deployment({ reservedConcurrency: 50 });
    const fn = stateless.gateway.alias.lambda.node.defaultChild as { reservedConcurrentExecutions?: number };
    assert.equal(fn.reservedConcurrentExecutions, 50);
  });

  it('lets callers in with both permissions that AWS wants, the second only through the URL', () => {
    const granted = statements(gateway).filter(({ id }) => id.startsWith('Callers'));
    assert.deepEqual(granted.map(({ statement }) => statement.Action).sort(), [
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
    ]);
    gateway.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'lambda:InvokeFunction',
            Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': true } },
          }),
        ]),
      },
    });
  });

  it('grants another account both permissions on the alias itself', () => {
    const { stateless } = deployment();
    stateless.gateway.grantCall(new AccountPrincipal('111122223333'));
    const template = Template.fromStack(stateless);
    const toThem = {
      Principal: '111122223333',
      FunctionName: { Ref: Match.stringLikeRegexp('^GatewayLive') },
    };
    template.hasResourceProperties('AWS::Lambda::Permission', {
      ...toThem,
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'AWS_IAM',
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      ...toThem,
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    });
  });

  it('keeps the ledger on demand with expiry, change stream, point-in-time recovery and its index', () => {
    data.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: Match.arrayWith([{ AttributeName: 'exp', AttributeType: 'N' }]),
        GlobalSecondaryIndexes: [
          Match.objectLike({
            IndexName: 'open-journals',
            KeySchema: [
              { AttributeName: 'gx', KeyType: 'HASH' },
              { AttributeName: 'exp', KeyType: 'RANGE' },
            ],
          }),
        ],
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      }),
    });
  });

  it('starts the sweeper every minute', () => {
    gateway.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
    });
  });

  it('tells the URL and a signed call that can be pasted', () => {
    const outputs = gateway.toJSON()['Outputs'] as Record<string, { Value: unknown }>;
    for (const name of ['Url', 'TryIt', 'CallersPolicy', 'LedgerTable', 'AuditDatabase', 'AuditWorkgroup']) {
      assert.ok(outputs[name], name);
    }
    const curl = JSON.stringify(outputs['TryIt']!.Value);
    assert.match(curl, /--aws-sigv4/);
    assert.match(curl, /fast/);
  });

  it('refuses a name of an environment that would break names of resources', async () => {
    const { App } = await import('aws-cdk-lib');
    const { addTollgate } = await import('../../lib/tollgate.ts');
    const bundles = { gateway: '.', sweeper: '.', auditor: '.', alerter: '.', configHash: '' };
    for (const environment of ['', 'Prod', '1st', 'a'.repeat(21), 'x y']) {
      assert.throws(() => addTollgate(new App(), { environment, config, bundles }), /lower-case letters/);
    }
  });
});
