import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSecretsManagerSecrets } from '../../../../lambda/adapters/aws/secrets-manager.ts';

function store(values: Record<string, string | Error>) {
  const reads: string[] = [];
  const time = { now: 1 };
  const secrets = createSecretsManagerSecrets({
    now: () => time.now,
    read: async (name) => {
      reads.push(name);
      const value = values[name];
      if (value instanceof Error) throw value;
      return value;
    },
  });
  return { secrets, reads, time, values };
}

describe('keys in Secrets Manager', () => {
  it('reads a key once for five minutes, and anew after that', async () => {
    const { secrets, reads, time, values } = store({ openai: 'first' });
    assert.equal(await secrets.get({ secret: 'openai' }), 'first');
    values['openai'] = 'rotated';
    time.now += 299_000;
    assert.equal(await secrets.get({ secret: 'openai' }), 'first');
    time.now += 2_000;
    assert.equal(await secrets.get({ secret: 'openai' }), 'rotated');
    assert.equal(reads.length, 2);
  });

  it('shares one call between requests that want the same key at once', async () => {
    const { secrets, reads } = store({ openai: 'key' });
    const keys = await Promise.all([1, 2, 3].map(() => secrets.get({ secret: 'openai' })));
    assert.deepEqual(keys, ['key', 'key', 'key']);
    assert.equal(reads.length, 1);
  });

  it('never reads an environment variable', async () => {
    const { secrets, reads } = store({});
    assert.equal(secrets.has({ env: 'OPENAI_API_KEY' }), false);
    assert.equal(await secrets.get({ env: 'OPENAI_API_KEY' }), undefined);
    assert.equal(secrets.has({ env: 'OPENAI_API_KEY', secret: 'openai' }), true);
    assert.deepEqual(reads, []);
  });

  it('is undefined for a secret that does not exist, and rejects when the service is away', async () => {
    const { secrets } = store({ broken: new Error('service away') });
    assert.equal(await secrets.get({ secret: 'missing' }), undefined);
    await assert.rejects(secrets.get({ secret: 'broken' }), /service away/);
  });

  it('goes on with a key that it has when the service goes away later', async () => {
    const { secrets, time, values } = store({ openai: 'key' });
    await secrets.get({ secret: 'openai' });
    values['openai'] = new Error('service away');
    time.now += 400_000;
    assert.equal(await secrets.get({ secret: 'openai' }), 'key');
  });
});
