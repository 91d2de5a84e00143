import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../../../lambda/core/config/finding.ts';
import { validateConfig } from '../../../../lambda/core/config/validate.ts';

function findings(provider: object): readonly Finding[] {
  const result = validateConfig({
    providers: { one: { type: 'openai-compatible', ...provider } },
    models: { m: { targets: [{ provider: 'one' }] } },
  });
  return result.ok ? [] : result.findings;
}

function told(provider: object): string[] {
  return findings(provider).map(({ path, kind }) => `${path.join('.')} ${kind}`);
}

test('a preset with an address needs no base URL, and takes one', () => {
  assert.deepEqual(told({ preset: 'ollama' }), []);
  assert.deepEqual(told({ preset: 'vllm', base_url: 'http://10.0.0.7:8000/v1' }), []);
  assert.deepEqual(told({ preset: 'groq', key: { env: 'GROQ_API_KEY' } }), []);
});

test('without a preset, and for azure, the base URL is missing', () => {
  assert.deepEqual(told({}), ['providers.one.base_url missing']);
  assert.deepEqual(told({ preset: 'azure', key: { env: 'KEY' } }), ['providers.one.base_url missing']);
  assert.deepEqual(
    told({ preset: 'azure', key: { env: 'KEY' }, base_url: 'https://r.openai.azure.com/openai/v1' }),
    [],
  );
});

test('a preset whose server wants a key says that it is missing', () => {
  assert.deepEqual(told({ preset: 'mistral' }), ['providers.one.key missing']);
});

test('a mistyped preset is told with the one that was meant', () => {
  const [finding] = findings({ preset: 'olama' });
  assert.match(finding?.hint ?? '', /`ollama`/);
});
