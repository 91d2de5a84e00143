import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { shippedQueries } from '../../bin/commands/query/shipped.ts';
import { glueColumns, gluePartitions } from '../../lambda/core/audit/row.ts';
import { auditViewSql } from '../../lib/audit-view.ts';
import { config, deployment, templates } from './deployment.ts';

interface Statement {
  Action: string | string[];
  Resource: unknown;
  Effect: string;
}

/** Every statement of every policy in a template, with the id of the resource it stands in. */
function statements(template: Template): { id: string; statement: Statement }[] {
  const found: { id: string; statement: Statement }[] = [];
  const resources = Object.entries(
    template.toJSON()['Resources'] as Record<string, { Properties?: unknown }>,
  );
  for (const [id, { Properties }] of resources) {
    const { PolicyDocument, Policies } = (Properties ?? {}) as {
      PolicyDocument?: { Statement: Statement[] };
      Policies?: { PolicyDocument: { Statement: Statement[] } }[];
    };
    const documents = [PolicyDocument, ...(Policies ?? []).map((policy) => policy.PolicyDocument)];
    for (const document of documents) {
      for (const statement of document?.Statement ?? []) found.push({ id, statement });
    }
  }
  return found;
}

const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);

describe('the deployment', () => {
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
    gateway.resourceCountIs('AWS::Lambda::Function', 3);
    gateway.hasResourceProperties('AWS::Lambda::Function', { Timeout: 900, MemorySize: 1024 });
  });

  it('sets a concurrency limit only when asked to', () => {
    const limits = Object.values(gateway.findResources('AWS::Lambda::Function')).map(
      (fn) => fn['Properties'].ReservedConcurrentExecutions,
    );
    assert.deepEqual(limits, [undefined, undefined, undefined]);
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

  it('keeps audit rows private, encrypted, versioned and past the life of the stack', () => {
    data.allResources('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
    });
    data.hasResourceProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
    const tlsOnly = statements(data).filter(({ statement }) => statement.Effect === 'Deny');
    assert.equal(tlsOnly.length, 4);
  });

  it('gives the table exactly the columns of the audit row, partitioned as the rows are delivered', () => {
    const tables = data.findResources('AWS::Glue::Table', {
      Properties: { TableInput: { Name: 'audit_rows' } },
    });
    const [table] = Object.values(tables);
    const { StorageDescriptor, PartitionKeys, Parameters } = table!['Properties'].TableInput;
    assert.deepEqual(
      StorageDescriptor.Columns.map(({ Name, Type }: Record<string, string>) => [Name, Type]),
      glueColumns().map(({ name, type }) => [name, type]),
    );
    assert.deepEqual(
      PartitionKeys.map(({ Name }: Record<string, string>) => Name),
      gluePartitions().map(({ name }) => name),
    );
    assert.equal(Parameters['projection.enabled'], 'true');
    for (const { name } of gluePartitions()) {
      assert.ok(Parameters[`projection.${name}.type`], `partition ${name} is projected`);
      assert.match(
        JSON.stringify(Parameters['storage.location.template']),
        new RegExp(`${name}=\\$\\{${name}\\}`),
      );
    }
    gateway.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: Match.objectLike({
        Prefix: 'rows/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/',
      }),
    });
  });

  it('writes rows as Parquet by the schema of that table', () => {
    gateway.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: Match.objectLike({
        DataFormatConversionConfiguration: Match.objectLike({
          Enabled: true,
          InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: Match.anyValue() } },
          OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'SNAPPY' } } },
        }),
      }),
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
    });
  });

  it('makes the view that the shipped queries ask, with the columns of the row and one copy of each', () => {
    const views = Object.values(data.findResources('AWS::Glue::Table')).map(
      (table) => table['Properties'].TableInput,
    );
    const view = views.find(({ TableType }) => TableType === 'VIRTUAL_VIEW');
    assert.equal(view.Name, 'audit');
    const [, encoded = ''] = /^\/\* Presto View: (\S+) \*\/$/.exec(view.ViewOriginalText) ?? [];
    const definition = JSON.parse(Buffer.from(encoded, 'base64').toString());
    assert.equal(definition.schema, 'tollgate_test');
    assert.equal(definition.originalSql, auditViewSql('audit_rows'));
    assert.match(definition.originalSql, /PARTITION BY "dt", "request_id"/);
    const names = [...glueColumns(), ...gluePartitions()].map(({ name }) => name);
    assert.deepEqual(
      definition.columns.map(({ name }: { name: string }) => name),
      names,
    );
    const types = new Set(definition.columns.map(({ type }: { type: string }) => type));
    assert.equal(types.has('string') || types.has('int'), false, 'types are named as Athena names them');
  });

  it('saves the shipped queries in the workgroup only when asked to', () => {
    data.resourceCountIs('AWS::Athena::NamedQuery', 0);
    const { stateful } = deployment({ queries: shippedQueries() });
    const template = Template.fromStack(stateful);
    template.resourceCountIs('AWS::Athena::NamedQuery', shippedQueries().length);
    template.allResourcesProperties('AWS::Athena::NamedQuery', {
      Database: 'tollgate_test',
      WorkGroup: 'tollgate-test',
    });
  });

  it('bounds what one question to the audit rows may scan', () => {
    data.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: Match.objectLike({
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: Match.anyValue(),
      }),
    });
  });

  it('feeds the auditor with final entries only, splits failing batches and keeps what fails for good', () => {
    gateway.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
      MaximumRecordAgeInSeconds: 12 * 3600,
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"st":{"S":["F"]}}}}' }] },
    });
  });

  it('starts the sweeper every minute', () => {
    gateway.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
    });
  });

  it('hands functions names and hashes, never a key', () => {
    const known = new Set([
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
    const bundles = { gateway: '.', sweeper: '.', auditor: '.', configHash: '' };
    for (const environment of ['', 'Prod', '1st', 'a'.repeat(21), 'x y']) {
      assert.throws(() => addTollgate(new App(), { environment, config, bundles }), /lower-case letters/);
    }
  });
});
