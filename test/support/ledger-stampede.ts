import type { ScopeLimits } from '../../lambda/core/scope-limits.ts';
import type { Ledger, Refusal, Reservation } from '../../lambda/ledger/ledger.ts';
import { usd } from './ledger-world.ts';

export interface Stampede {
  /** Processes; requests take them in turn. */
  readonly ledgers: readonly Ledger[];
  readonly scopes: readonly ScopeLimits[];
  readonly requests: number;
  /** What a call is estimated at and costs, in nano-dollars. */
  readonly cost: number;
  /** Tokens that a call may use. Default: 0. */
  readonly tokens?: number;
  /** Waits before a request asks, by its number, and while its call runs. Default: all ask at once. */
  readonly arrive?: (index: number) => Promise<void>;
  readonly call?: (index: number) => Promise<void>;
  /** Told of every answer. */
  readonly answered?: (count: number) => void;
}

export interface Counted {
  admitted: number;
  refused: number;
  unavailable: number;
  readonly refusals: Refusal[];
}

/** Lets all requests ask, run and settle, and counts what became of them. */
export async function stampede({
  ledgers,
  scopes,
  requests,
  cost,
  tokens = 0,
  arrive,
  call,
  answered,
}: Stampede): Promise<Counted> {
  const counted: Counted = { admitted: 0, refused: 0, unavailable: 0, refusals: [] };
  const one = async (index: number): Promise<void> => {
    const ledger = ledgers[index % ledgers.length]!;
    await arrive?.(index);
    const request = { requestId: `r${index}`, scopes, number: 0, estimate: usd(cost), tokens, facts: {} };
    const answer = await ledger.admit(request);
    if (answer.type === 'behind') throw new Error(`behind config ${answer.number}`);
    counted[answer.type] += 1;
    answered?.(counted.admitted + counted.refused + counted.unavailable);
    if (answer.type === 'refused') counted.refusals.push(answer.refusal);
    if (answer.type === 'admitted') await run(ledger, answer.reservation, index);
  };
  const run = async (ledger: Ledger, reservation: Reservation, index: number): Promise<void> => {
    await call?.(index);
    await ledger.settle(reservation, { cost: usd(cost), outcome: 'ok', facts: {} });
  };
  await Promise.all(Array.from({ length: requests }, (_, index) => one(index)));
  return counted;
}
