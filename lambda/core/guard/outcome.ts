import type { Patch } from '../../wire/json-splice.ts';
import type { DataClass } from '../config/schema.ts';
import type { EntityType } from './finding.ts';

/** How many values of each type were found, such as `EMAIL: 2`. Types that were not found are absent. */
export type Counts = Readonly<Record<string, number>>;

/** What the guard decided about a body. Paths and reasons never hold a value that was found. */
export type GuardOutcome =
  | {
      readonly kind: 'pass';
      /** In offsets of the original bytes; without overlaps. */
      readonly patches: readonly Patch[];
      readonly counts: Counts;
      /** Values that the patches replace. */
      readonly redacted: number;
    }
  | {
      readonly kind: 'block';
      /** The class of the first value that blocks, the types found of it, and where the first one stands. */
      readonly class: DataClass;
      readonly types: readonly EntityType[];
      readonly path: string;
      readonly counts: Counts;
    }
  | {
      readonly kind: 'unscannable';
      readonly path: string;
      readonly reason: string;
    };
