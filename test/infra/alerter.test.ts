import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { REFUSED } from '../../lambda/jobs/alerts/refusals.ts';
import { templates } from './deployment.ts';
import { list, statements } from './statements.ts';

interface Conditional {
  readonly Condition?: { readonly 'ForAllValues:StringLike'?: Record<string, unknown> };
}

describe('the deployment: the way of the alerts', () => {
  let gateway: Template;
  let topic: string;
  before(() => {
    ({ gateway } = templates());
    topic =
      Object.keys(gateway.findResources('AWS::SNS::Topic')).find((id) => id.includes('BudgetAlerts')) ?? '';
  });

  it('feeds the alerter with counters and budget refusals only, apart from the auditor', () => {
    gateway.resourceCountIs('AWS::Lambda::EventSourceMapping', 2);
    gateway.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: Match.stringLikeRegexp('Alerter') },
      StartingPosition: 'TRIM_HORIZON',
      MaximumBatchingWindowInSeconds: 5,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRecordAgeInSeconds: 6 * 3600,
      FilterCriteria: {
        Filters: [
          { Pattern: '{"dynamodb":{"NewImage":{"sk":{"S":["C"]}}}}' },
          { Pattern: `{"dynamodb":{"NewImage":{"st":{"S":["F"]},"ec":{"S":["${REFUSED}"]}}}}` },
        ],
      },
    });
  });

  it('lets the alerter read counters, policies and configs, write marks and publish to its topic, nothing else', () => {
    const own = statements(gateway).filter(
      ({ id, statement }) => id.startsWith('AlerterRole') && !statement.Action.includes('sts:AssumeRole'),
    );
    const allowed = own
      .filter(
        ({ statement }) =>
          !list(statement.Action).some((action) => /Stream|Records|Shard|logs:/.test(action)),
      )
      .map(({ statement }) => [
        list(statement.Action),
        (statement as Conditional).Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'],
      ]);
    assert.deepEqual(allowed, [
      [['dynamodb:GetItem'], ['S*', 'P#*']],
      [['dynamodb:UpdateItem'], ['A#*']],
      [['sns:Publish'], undefined],
    ]);
    const publish = own.find(({ statement }) => statement.Action === 'sns:Publish');
    assert.deepEqual(publish?.statement.Resource, { Ref: topic });
  });

  it('tells the topic to subscribe to, which takes nothing without TLS', () => {
    const outputs = gateway.toJSON()['Outputs'] as Record<string, { Value: unknown }>;
    assert.deepEqual(outputs['BudgetAlerts']?.Value, { Ref: topic });
    gateway.hasResourceProperties('AWS::SNS::TopicPolicy', {
      Topics: [{ Ref: topic }],
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      },
    });
  });

  it('lets alarms of this account publish to the topic of alarms', () => {
    gateway.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: Match.objectLike({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }),
          }),
        ]),
      },
    });
  });
});
