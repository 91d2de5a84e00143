import type { EntryFeed } from '../../lambda/ports/entry-feed.ts';
import type { Item, Key } from '../../lambda/ports/ledger-store.ts';

/** The reference feed: entries numbered from 1 in the order they were pushed. */
export class MemoryFeed implements EntryFeed {
  readonly entries: { readonly at: number; readonly entry: Item & Key }[] = [];
  done = 0;
  begun: number | undefined;

  push(...items: readonly Item[]): void {
    for (const item of items) {
      const at = this.entries.length + 1;
      this.entries.push({
        at,
        entry: { ...item, pk: 'J#local.0.1', sk: `E#${String(at).padStart(6, '0')}` },
      });
    }
  }

  after(bookmark: number, max: number): readonly { readonly at: number; readonly entry: Item & Key }[] {
    return this.entries.filter(({ at }) => at > bookmark).slice(0, max);
  }

  bookmark(): { readonly done: number; readonly begun: number | undefined } {
    return { done: this.done, begun: this.begun };
  }

  begin(to: number): void {
    this.begun = to;
  }

  finish(to: number): void {
    this.done = to;
    this.begun = undefined;
  }
}
