import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type CatalogHost, catalogCommand } from '../../../../bin/commands/catalog.ts';

const SAMPLE = fileURLToPath(new URL('../../../fixtures/catalog/litellm.json', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tollgate-catalog-'));
after(() => rmSync(folder, { recursive: true }));

interface Seen {
  out: string;
  err: string;
  code: number | undefined;
}

async function run(
  words: readonly string[],
  get: CatalogHost['get'] = () => Promise.reject(new Error('offline')),
) {
  const seen: Seen = { out: '', err: '', code: undefined };
  const host: CatalogHost = {
    out: (text) => {
      seen.out += text;
    },
    err: (text) => {
      seen.err += text;
    },
    exitCode: (code) => {
      seen.code = code;
    },
    get,
  };
  await catalogCommand(host).parseAsync(['check', ...words], { from: 'user' });
  return seen;
}

/** The sample with one change, as a file. */
function changed(change: (models: Record<string, Record<string, unknown>>) => void): string {
  const models = JSON.parse(readFileSync(SAMPLE, 'utf8'));
  change(models);
  const path = join(folder, 'changed.json');
  writeFileSync(path, JSON.stringify(models));
  return path;
}

test('the shipped table differs from the kept copy of the catalogue in known ways only', async () => {
  const { out, err, code } = await run(['--against', SAMPLE]);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^\d+ models compared: 0 differences without a known reason, \d+ with one\.$/m);
  assert.match(out, /^Known: an id without a prefix runs in its Region/m);
  assert.ok(!out.includes('No longer a difference'), 'every known reason is needed');
});

test('a price that moved is told with both figures, and the exit code is 1', async () => {
  const file = changed((models) => {
    models['gpt-5.2']!['output_cost_per_token'] = 1.2e-5;
    models['claude-haiku-5-5']!['cache_read_input_token_cost_above_100k_tokens'] = 6e-8;
  });
  const { out, code } = await run(['--against', file]);
  assert.equal(code, 1);
  assert.match(out, /^openai\/gpt-5\.2 output: \$14 here, \$12 there$/m);
  assert.match(out, /^anthropic\/claude-haiku-5-5 cacheRead above 100000: \$0\.05 here, \$0\.06 there$/m);
  assert.match(out, /: 2 differences without a known reason/);
});

test('limits and capabilities are compared as well', async () => {
  const file = changed((models) => {
    Object.assign(models['gpt-5.2']!, {
      max_input_tokens: 336_000,
      max_output_tokens: 64_000,
      supports_function_calling: false,
    });
    Object.assign(models['claude-opus-4-7']!, {
      supports_sampling_params: true,
      supports_adaptive_thinking: false,
      supports_mid_conversation_system: true,
    });
    models['text-embedding-3-small']!['output_vector_size'] = 512;
  });
  const { out } = await run(['--against', file, '--json']);
  const { differences } = JSON.parse(out);
  const open = differences.filter(({ known }: { known: string | null }) => known === null);
  assert.deepEqual(
    open.map(({ model, field, ours, theirs }: Record<string, string>) =>
      [model, field, ours, theirs].join(' '),
    ),
    [
      'openai/gpt-5.2 maxOutputTokens 128000 64000',
      'openai/gpt-5.2 tools true false',
      'openai/text-embedding-3-small dimensions 1536 512',
      'anthropic/claude-opus-4-7 thinking adaptive not adaptive',
      'anthropic/claude-opus-4-7 sampling none some',
      'anthropic/claude-opus-4-7 systemTurns false true',
    ],
  );
});

test('a tier that only one of them has, and a model that is gone, are differences', async () => {
  const file = changed((models) => {
    delete models['gpt-5.1'];
    delete models['gpt-5.1-2025-11-13'];
    models['gpt-5.2']!['input_cost_per_token_above_200k_tokens'] = 3.5e-6;
  });
  const { out, code } = await run(['--against', file]);
  assert.equal(code, 1);
  assert.match(out, /^openai\/gpt-5\.1 model: listed here, not listed there$/m);
  assert.match(out, /^openai\/gpt-5\.2 long prompts: none here, above 200000 there$/m);
});

test('a known reason covers no other figure of the same model', async () => {
  const file = changed((models) => {
    models['anthropic.claude-opus-5']!['output_cost_per_token'] = 2e-5;
  });
  const { out, code } = await run(['--against', file]);
  assert.equal(code, 1);
  assert.match(out, /^bedrock\/anthropic\.claude-opus-5 output: \$27\.5 here, \$20 there$/m);
});

test('models that only the other catalogue has are named, and are no failure', async () => {
  const { missing } = JSON.parse((await run(['--against', SAMPLE, '--json'])).out);
  assert.deepEqual(missing, ['anthropic/claude-mythos-5', 'bedrock/amazon.titan-embed-image-v1']);
});

test('without a file the catalogue is fetched', async () => {
  const asked: string[] = [];
  const { code } = await run([], (url) => {
    asked.push(url);
    return Promise.resolve(readFileSync(SAMPLE, 'utf8'));
  });
  assert.equal(code, 0);
  assert.match(asked.join(), /^https:\/\/raw\.githubusercontent\.com\/BerriAI\/litellm\//);
});

test('a catalogue that cannot be had is told apart from differences', async () => {
  const offline = await run([]);
  assert.match(offline.err, /cannot be read: offline\n.*--against/);
  assert.equal(offline.code, 2);
  assert.equal((await run(['--against', join(folder, 'nowhere.json')])).code, 2);
  for (const text of ['not JSON', '[]', '{"a": 1}']) {
    const path = join(folder, 'other.json');
    writeFileSync(path, text);
    const { err, code } = await run(['--against', path]);
    assert.match(err, /is not LiteLLM's catalogue/);
    assert.equal(code, 2);
  }
});
