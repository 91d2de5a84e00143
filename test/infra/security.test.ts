import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import type { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { config, deployment, templates } from './deployment.ts';

import { list, statements } from './statements.ts';

describe('the deployment: who may do what', () => {
  let data: Template;
  let gateway: Template;
  before(() => {
    ({ data, gateway } = templates());
  });

  it('hands functions names and hashes, never a key', () => {
    const known = new Set([
      'ALERT_TOPIC',
      'AUDIT_STREAM',
      'CONFIG_HASH',
      'LEDGER_INDEX',
      'LEDGER_TABLE',
      'TOLLGATE_ENVIRONMENT',
    ]);
    for (const fn of Object.values(gateway.findResources('AWS::Lambda::Function'))) {
      for (const name of Object.keys(fn['Properties'].Environment.Variables)) {
        assert.ok(known.has(name), `${name} is one of the known variables`);
      }
    }
    assert.doesNotMatch(JSON.stringify(gateway.toJSON()), /resolve:secretsmanager/);
  });

  it('lets the gateway read exactly the secrets that the config names', () => {
    const reads = statements(gateway).filter(({ statement }) =>
      list(statement.Action).some((action) => action.startsWith('secretsmanager:')),
    );
    assert.equal(reads.length, 1);
    assert.match(JSON.stringify(reads[0]!.statement.Resource), /secret:tollgate\/openai-\?{6}/);
    assert.equal(config.providers['openai']!.type, 'openai');
  });

  it('grants no action and no resource by a bare wildcard, but for listing streams', () => {
    for (const { id, statement } of [...statements(data), ...statements(gateway)]) {
      if (statement.Effect === 'Deny') continue;
      for (const action of list(statement.Action)) assert.doesNotMatch(action, /\*/, `${id}: ${action}`);
      const resources = Array.isArray(statement.Resource) ? statement.Resource : [statement.Resource];
      if (!resources.includes('*')) continue;
      assert.deepEqual(list(statement.Action), ['dynamodb:ListStreams'], id);
    }
  });

  it('lets nobody delete an item of the ledger or an audit row', () => {
    const all = [...statements(data), ...statements(gateway)].filter(
      ({ statement }) => statement.Effect === 'Allow',
    );
    for (const { id, statement } of all) {
      for (const action of list(statement.Action)) assert.doesNotMatch(action, /Delete|Scan/, id);
    }
  });

  it('passes the security rules, every exception with a reason', () => {
    const { app, stateful, stateless } = deployment();
    for (const stack of [stateful, stateless]) {
      const report = new AwsSolutionsChecks(app).validateScope(stack);
      assert.deepEqual(report.violations, []);
      assert.equal(report.success, true);
    }
  });

  it('has one runbook for each alarm, and no runbook without its alarm', () => {
    const alarms = Object.values(gateway.findResources('AWS::CloudWatch::Alarm')).map((alarm) => {
      const { AlarmDescription, AlarmActions } = alarm['Properties'];
      assert.equal(AlarmActions.length, 1);
      return /docs\/operations\/[a-z-]+\.md$/.exec(AlarmDescription)?.[0];
    });
    for (const runbook of alarms) {
      assert.ok(runbook !== undefined && existsSync(runbook), `${runbook} exists`);
      assert.match(readFileSync(runbook, 'utf8'), /^## What to do$/m, runbook);
    }
    const pages = readdirSync('docs/operations').filter(
      (page) => page.endsWith('.md') && page !== 'README.md',
    );
    assert.deepEqual(pages.map((page) => `docs/operations/${page}`).sort(), alarms.sort());
  });
});
