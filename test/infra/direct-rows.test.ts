import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { configSchema } from '../../lambda/core/config/schema.ts';
import { config, deployment } from './deployment.ts';
import { list, statements } from './statements.ts';

const budget = { scope: 'account', limit_usd: '100', window: 'day' };
const withBudgets = (...budgets: object[]) => configSchema.parse({ ...config, budgets });

/** What the gateway may do with delivery streams, and the variables of its function. */
function gatewayOf(chosen: typeof config) {
  const { app, stateless } = deployment({ config: chosen });
  const template = Template.fromStack(stateless);
  const puts = statements(template).filter(
    ({ id, statement }) =>
      id.startsWith('Gateway') && list(statement.Action).some((action) => action.startsWith('firehose:')),
  );
  const variables = Object.entries(template.findResources('AWS::Lambda::Function'))
    .filter(([id]) => id.startsWith('Gateway'))
    .map(([, fn]) => fn['Properties'].Environment.Variables);
  return { app, stateless, puts, variables: variables[0] };
}

test('where no budget allows anything in an outage, the gateway may put no row anywhere', () => {
  for (const chosen of [config, withBudgets(budget)]) {
    const { puts, variables } = gatewayOf(chosen);
    assert.deepEqual(puts, []);
    assert.equal(variables.AUDIT_STREAM, undefined);
  }
});

test('where one does, the gateway may put rows into the one delivery stream of the audit, and knows its name', () => {
  const chosen = withBudgets(budget, { ...budget, window: 'month', on_ledger_down: { allow_usd: '1' } });
  const { app, stateless, puts, variables } = gatewayOf(chosen);
  assert.equal(puts.length, 1);
  assert.deepEqual(list(puts[0]!.statement.Action), ['firehose:PutRecordBatch']);
  assert.match(
    JSON.stringify(puts[0]!.statement.Resource),
    /^\{"Fn::GetAtt":\["AuditTrailDelivery\w*","Arn"\]\}$/,
  );
  assert.match(JSON.stringify(variables.AUDIT_STREAM), /^\{"Ref":"AuditTrailDelivery\w*"\}$/);
  assert.deepEqual(new AwsSolutionsChecks(app).validateScope(stateless).violations, []);
});
