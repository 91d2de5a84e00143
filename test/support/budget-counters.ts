import { counterKey } from '../../lambda/ledger/items.ts';
import type { Item, Value } from '../../lambda/ports/ledger-store.ts';
import type { Notice, Notices } from '../../lambda/ports/notices.ts';

/** One cent in nano-dollars. */
export const CENT = 10_000_000n;

export interface CounterFacts {
  readonly scope?: string;
  readonly pool?: number;
  readonly window?: string;
  /** Cents. */
  readonly spent?: number;
  readonly limit?: number;
  readonly more?: Readonly<Record<string, Value>>;
}

/** A counter of a scope with a budget a day, `team:search` of $1 on 2026-11-24 by default; amounts in cents. */
export function counter(facts: CounterFacts = {}): Item {
  const { scope = 'team:search', pool = 0, window = '2026-11-24', spent = 0, limit = 100, more = {} } = facts;
  return {
    ...counterKey(scope, pool),
    'day.id': window,
    'day.spent': BigInt(spent) * CENT,
    'day.lim': BigInt(limit) * CENT,
    ...more,
  };
}

/** Noon of 2026-11-24, UTC. */
export const NOON = Date.UTC(2026, 10, 24, 12);

export interface FakeNotices extends Notices {
  readonly sent: Notice[];
  /** Asked before each publish; it throws what this returns. */
  fail: (notice: Notice) => Error | undefined;
}

export function fakeNotices(): FakeNotices {
  const notices: FakeNotices = {
    sent: [],
    fail: () => undefined,
    async publish(notice) {
      const error = notices.fail(notice);
      if (error !== undefined) throw error;
      notices.sent.push(notice);
    },
  };
  return notices;
}

/** `team:search day 2026-11-24 80` */
export function named({
  scope,
  budgetId,
  window,
  mark,
}: Pick<Notice, 'scope' | 'budgetId' | 'window' | 'mark'>) {
  return `${scope} ${budgetId} ${window} ${mark}`;
}
