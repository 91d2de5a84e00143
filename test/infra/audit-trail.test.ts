import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { shippedQueries } from '../../bin/commands/query/shipped.ts';
import { glueColumns, gluePartitions } from '../../lambda/core/audit/row.ts';
import { auditViewSql } from '../../lib/audit-view.ts';
import { deployment, templates } from './deployment.ts';

import { statements } from './statements.ts';

describe('the deployment: the way of the audit rows', () => {
  let data: Template;
  let gateway: Template;
  before(() => {
    ({ data, gateway } = templates());
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
});
