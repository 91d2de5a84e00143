import type {
  Admission,
  AdmitRequest,
  Final,
  Ledger,
  Posting,
  Reservation,
  Settled,
  TopUp,
} from '../../lambda/ledger/ledger.ts';

/** A ledger without limits that can be switched off, and remembers what it was told. */
export class AwayLedger implements Ledger {
  away = false;
  /** Its next admission in vain leaves a doubt. */
  inDoubt = false;
  readonly admitted: string[] = [];
  readonly settled: string[] = [];
  readonly recorded: string[] = [];
  readonly posted: Posting[] = [];
  /** Everything that it was asked, successful or not. */
  readonly asked: string[] = [];
  closed = false;
  /** Runs before each answer, so that a test can hold it back. */
  pause: () => Promise<void> = async () => undefined;

  async admit({ requestId, estimate }: AdmitRequest): Promise<Admission> {
    if (await this.#isAway(`admit ${requestId}`)) {
      const doubt = this.inDoubt ? { inDoubt: true as const } : {};
      return { type: 'unavailable', reason: 'switched off', ...doubt };
    }
    this.admitted.push(requestId);
    const view = { tightest: undefined, requests: undefined, tokens: undefined, soft: [] };
    return { type: 'admitted', reservation: { requestId, held: estimate, view, wouldRefuse: [] } };
  }

  async topUp(reservation: Reservation): Promise<TopUp> {
    if (await this.#isAway(`topUp ${reservation.requestId}`))
      return { type: 'unavailable', reason: 'switched off' };
    return { type: 'admitted', reservation };
  }

  async settle({ requestId }: Reservation): Promise<Settled> {
    return this.#write(`settle ${requestId}`, () => this.settled.push(requestId));
  }

  async record(requestId: string, _final: Final): Promise<Settled> {
    return this.#write(`record ${requestId}`, () => this.recorded.push(requestId));
  }

  async post(posting: Posting): Promise<Settled> {
    return this.#write(`post ${posting.requestId}`, () => this.posted.push(posting));
  }

  async reap(): Promise<{ journals: number; abandoned: number }> {
    return { journals: 7, abandoned: 0 };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async #write(what: string, write: () => void): Promise<Settled> {
    if (await this.#isAway(what)) return { type: 'unavailable', reason: 'switched off' };
    write();
    return { type: 'settled' };
  }

  async #isAway(what: string): Promise<boolean> {
    this.asked.push(what);
    await this.pause();
    return this.away;
  }
}
