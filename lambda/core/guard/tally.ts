import type { Patch } from '../../wire/json-splice.ts';
import { escapeJson } from '../../wire/json-text.ts';
import type { DataClass } from '../config/schema.ts';
import type { EntityType, Finding } from './finding.ts';
import type { GuardOutcome } from './outcome.ts';
import type { GuardPolicy } from './policy.ts';

/** What a walk has found so far, and what follows from it. */
export class Tally {
  readonly #policy: GuardPolicy;
  readonly #patches: Patch[] = [];
  readonly #counts = new Map<EntityType, number>();
  readonly #blocked = new Map<DataClass, Set<EntityType>>();
  #redacted = 0;
  #first: { readonly class: DataClass; readonly path: string } | undefined;
  #unscannable: GuardOutcome | undefined;

  constructor(policy: GuardPolicy) {
    this.#policy = policy;
  }

  /** Whether nothing that is still to come can change the outcome. */
  get isOver(): boolean {
    return this.#unscannable !== undefined;
  }

  /** Counts findings; true if all of them are to be redacted, so that patches make sense. */
  add(findings: readonly Finding[], path: () => string): boolean {
    for (const finding of findings) {
      this.#counts.set(finding.type, (this.#counts.get(finding.type) ?? 0) + 1);
      if (this.#policy(finding.class) !== 'block') continue;
      this.#first ??= { class: finding.class, path: path() };
      const types = this.#blocked.get(finding.class) ?? new Set();
      this.#blocked.set(finding.class, types.add(finding.type));
    }
    if (this.#first !== undefined) return false;
    this.#redacted += findings.length;
    return true;
  }

  /** Replaces [start, end) by a text that lies `escapes` JSON strings deep. */
  replace(start: number, end: number, text: string, escapes: number): void {
    let escaped = text;
    for (let level = 0; level < escapes; level++) escaped = escapeJson(escaped);
    this.#patches.push({ start, end, bytes: Buffer.from(escaped) });
  }

  giveUp(path: string, reason: string): void {
    this.#unscannable ??= { kind: 'unscannable', path, reason };
  }

  outcome(): GuardOutcome {
    if (this.#unscannable !== undefined) return this.#unscannable;
    const counts = Object.fromEntries(this.#counts);
    if (this.#first === undefined) {
      return { kind: 'pass', patches: this.#patches, counts, redacted: this.#redacted };
    }
    const types = [...(this.#blocked.get(this.#first.class) ?? [])];
    return { kind: 'block', class: this.#first.class, types, path: this.#first.path, counts };
  }
}
