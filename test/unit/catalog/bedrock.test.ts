import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findModel } from '../../../lambda/catalog/catalog.ts';
import { bedrockId } from '../../../lambda/catalog/names.ts';

const input = (model: string, region: string | undefined = 'eu-central-1') =>
  findModel('bedrock', model, region)?.price?.input;

test('a global profile of Claude costs what Anthropic asks, and 10 % less than one of a geography', () => {
  assert.equal(input('global.anthropic.claude-opus-5'), 5_000_000n);
  for (const scope of ['us.', 'eu.', 'jp.', 'au.', ''])
    assert.equal(input(`${scope}anthropic.claude-opus-5`), 5_500_000n, scope);
});

test('models before the 4.5 ones cost the same by every profile', () => {
  for (const scope of ['global.', 'us.', 'eu.', 'apac.', ''])
    assert.equal(input(`${scope}anthropic.claude-sonnet-4-20250514-v1:0`), 3_000_000n, scope);
});

test('a profile that no price is certain for has none, and keeps what the model can do', () => {
  for (const id of [
    'us-gov.anthropic.claude-opus-5',
    'in.anthropic.claude-opus-5',
    'eu.amazon.nova-pro-v1:0',
  ]) {
    assert.ok(findModel('bedrock', id, 'eu-central-1')?.capabilities.maxOutputTokens, id);
    assert.equal(input(id), undefined, id);
  }
  assert.equal(input('anthropic.claude-opus-5', 'us-gov-west-1'), undefined);
});

test('a model that AWS prices by Region has a price where it is known', () => {
  assert.equal(input('amazon.nova-lite-v1:0', 'us-west-2'), 60_000n);
  assert.equal(input('amazon.nova-lite-v1:0', 'eu-central-1'), undefined);
  assert.equal(findModel('bedrock', 'amazon.nova-lite-v1:0')?.price, undefined, 'no region given');
  assert.equal(input('us.amazon.nova-lite-v1:0', 'us-east-2'), 60_000n);
  assert.equal(input('amazon.titan-embed-text-v2:0', 'us-east-1'), 20_000n);
});

test('the price version names the kind of profile', () => {
  const version = (id: string) => findModel('bedrock', id, 'us-east-1')?.price?.version;
  assert.equal(
    version('global.anthropic.claude-opus-5'),
    'bedrock/global.anthropic.claude-opus-5@2026-11-24',
  );
  assert.equal(version('eu.anthropic.claude-opus-5'), 'bedrock/anthropic.claude-opus-5@2026-11-24');
});

test('an ARN is read where it shows the model', () => {
  const profile = 'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-5';
  assert.deepEqual(bedrockId(profile), { model: 'anthropic.claude-opus-5', scope: 'eu' });
  const own = 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0';
  assert.deepEqual(bedrockId(own), { model: 'amazon.nova-pro-v1:0', scope: 'region' });
  assert.equal(
    bedrockId('arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2'),
    undefined,
  );
  assert.equal(
    findModel('bedrock', 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2'),
    undefined,
  );
});

test('an unknown id of Bedrock is not in the catalogue', () => {
  for (const id of [
    'anthropic.claude-opus-5-v9:0',
    'eu.',
    'global',
    '',
    'constructor',
    'us.us.anthropic.claude-opus-5',
  ])
    assert.equal(findModel('bedrock', id, 'us-east-1'), undefined, id);
});
