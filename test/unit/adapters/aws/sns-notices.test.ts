import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSnsNotices, type SnsPublish } from '../../../../lambda/adapters/aws/sns-notices.ts';
import { toNano } from '../../../../lambda/core/money.ts';
import type { Notice } from '../../../../lambda/ports/notices.ts';

const NOTICE: Notice = {
  scope: 'team:search',
  budgetId: 'day',
  window: '2026-11-24',
  mark: 80,
  spent: toNano(8_010_000_000n),
  limit: toNano(10_000_000_000n),
  soft: undefined,
  refused: false,
  resetsAt: Date.UTC(2026, 10, 25),
};

function topic() {
  const sent: Parameters<SnsPublish>[0][] = [];
  let loaded = 0;
  const notices = createSnsNotices({
    environment: 'prod',
    publish: async () => {
      loaded += 1;
      return async (message) => sent.push(message);
    },
  });
  return { sent, notices, loaded: () => loaded };
}

describe('notices on a topic', () => {
  it('are a sentence for people', async () => {
    const { sent, notices } = topic();
    await notices.publish(NOTICE);
    assert.equal(sent[0]?.Subject, 'tollgate prod: team:search day budget is 80 % spent');
    assert.equal(
      sent[0]?.Message,
      'team:search day budget is 80 % spent: $8.01 of $10, resets 2026-11-25T00:00:00.000Z\n\nDeployment prod, window 2026-11-24.',
    );
  });

  it('carry the facts as attributes, for filters', async () => {
    const { sent, notices } = topic();
    await notices.publish(NOTICE);
    const attributes = Object.entries(sent[0]?.MessageAttributes ?? {});
    assert.ok(attributes.every(([, { DataType }]) => DataType === 'String'));
    assert.deepEqual(Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue])), {
      environment: 'prod',
      scope: 'team:search',
      budget: 'day',
      window: '2026-11-24',
      mark: '80',
      spent_usd: '8.01',
      limit_usd: '10',
      refused: 'false',
    });
  });

  it('have a subject of printable ASCII and bounded length, whatever a scope is called', async () => {
    const { sent, notices } = topic();
    await notices.publish({ ...NOTICE, scope: `model:größe\u{1f600}${'x'.repeat(200)}` });
    assert.match(sent[0]?.Subject ?? '', /^[ -~]{1,99}$/);
  });

  it('load the client once, at the first of them', async () => {
    const { notices, loaded } = topic();
    assert.equal(loaded(), 0);
    await notices.publish(NOTICE);
    await notices.publish(NOTICE);
    assert.equal(loaded(), 1);
  });

  it('reject when the topic does not take one', async () => {
    const notices = createSnsNotices({
      environment: 'prod',
      publish: async () => async () => {
        throw new Error('Throttled');
      },
    });
    await assert.rejects(notices.publish(NOTICE), /Throttled/);
  });
});
