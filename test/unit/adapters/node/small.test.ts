import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../../lambda/adapters/node/clock.ts';
import { createIds } from '../../../../lambda/adapters/node/ids.ts';
import { systemRandom } from '../../../../lambda/adapters/node/random.ts';
import { createEnvSecrets } from '../../../../lambda/adapters/node/secrets-env.ts';

describe('the system clock', () => {
  it('restarts a timer with its full delay, so that the later of two deadlines counts', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      const pushed = systemClock.after(20, () => {
        order.push('pushed');
        resolve();
      });
      setTimeout(() => {
        order.push('in between');
        pushed.restart();
        setTimeout(() => order.push('first deadline'), 12);
      }, 15);
    });
    assert.deepEqual(order, ['in between', 'first deadline', 'pushed']);
  });

  it('never fires a cancelled timer, restarted or not', async () => {
    let fired = false;
    const timer = systemClock.after(1, () => {
      fired = true;
    });
    timer.cancel();
    timer.restart();
    await systemClock.sleep(10);
    assert.equal(fired, false);
  });

  it('measures durations with a clock that does not go back', async () => {
    const before = systemClock.monotonic();
    await systemClock.sleep(2);
    assert.ok(systemClock.monotonic() - before >= 1);
    assert.ok(Math.abs(systemClock.now() - Date.now()) < 1_000);
  });
});

describe('ids', () => {
  it('are UUIDs of version 7 that carry their time', () => {
    const id = createIds().next(Date.UTC(2026, 10, 24));
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), Date.UTC(2026, 10, 24));
  });

  it('ascend within one millisecond and over milliseconds', () => {
    const ids = createIds();
    const made = Array.from({ length: 5_000 }, (_, index) => ids.next(1_000_000 + Math.floor(index / 1_000)));
    assert.deepEqual(made, [...new Set(made)].sort());
  });
});

describe('chance', () => {
  it('stays in [0, 1) and varies', () => {
    const values = Array.from({ length: 100 }, () => systemRandom.next());
    assert.ok(values.every((value) => value >= 0 && value < 1));
    assert.ok(new Set(values).size > 1);
  });
});

describe('secrets from the environment', () => {
  const secrets = createEnvSecrets({ KEY: 'sk-1', EMPTY: '', BLANK: ' ' });

  it('gives the variable that a reference names', async () => {
    assert.equal(secrets.has({ env: 'KEY' }), true);
    assert.equal(await secrets.get({ env: 'KEY' }), 'sk-1');
  });

  it('takes an empty or missing variable for no key', async () => {
    for (const env of ['EMPTY', 'BLANK', 'MISSING', 'toString', '__proto__']) {
      assert.equal(secrets.has({ env }), false, env);
      assert.equal(await secrets.get({ env }), undefined, env);
    }
  });

  it('has no key for a name in Secrets Manager', async () => {
    assert.equal(secrets.has({ secret: 'KEY' }), false);
    assert.equal(await secrets.get({ secret: 'KEY' }), undefined);
  });
});
