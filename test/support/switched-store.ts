import { TollgateError } from '../../lambda/core/errors.ts';
import type { Item, JournalRef, Key, Op, TransactResult } from '../../lambda/ports/ledger-store.ts';
import { MemoryStore } from './memory-store.ts';
import type { VirtualTime } from './virtual-clock.ts';

/**
 * How a store fares: `down` says so at once, `hanging` never answers, `mute` carries writes out and loses the answers,
 * a number is how many milliseconds each call takes.
 */
export type Mode = 'up' | 'down' | 'hanging' | 'mute' | number;

/** The reference store behind a switch. */
export class SwitchedStore extends MemoryStore {
  mode: Mode = 'up';
  /** Calls that reached it, whatever became of them. */
  calls = 0;
  /** Needed where calls take time. */
  time: VirtualTime | undefined;

  constructor(time?: VirtualTime) {
    super();
    this.time = time;
  }

  override async transact(ops: readonly Op[]): Promise<TransactResult> {
    const mode = await this.#arrive();
    if (mode === 'down') return { type: 'unavailable', reason: 'switched off' };
    const result = await super.transact(ops);
    return mode === 'mute' ? { type: 'unknown', reason: 'the answer was lost' } : result;
  }

  override get(key: Key): Promise<Item | undefined> {
    return this.#read(() => super.get(key));
  }

  override query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    return this.#read(() => super.query(pk, from));
  }

  override openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    return this.#read(() => super.openJournals(shard, before));
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    const mode = await this.#arrive();
    if (mode === 'down' || mode === 'mute') throw new TollgateError('ledger_unavailable', 'switched off');
    return read();
  }

  async #arrive(): Promise<Mode> {
    this.calls += 1;
    const { mode } = this;
    if (mode === 'hanging') await new Promise(() => undefined);
    if (typeof mode === 'number') await this.#takes(mode);
    return mode;
  }

  #takes(ms: number): Promise<void> {
    const { time } = this;
    if (time === undefined) throw new Error('a store whose calls take time needs one');
    return new Promise((resolve) => {
      time.schedule(ms, resolve);
    });
  }
}
