import { applyPatches, type Patch } from './json-patch.ts';
import { scanJson } from './json-scan.ts';
import { JsonTape } from './json-tape.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A member or element of a container that edits went through, in the order in which it will be written. */
export interface Slot {
  /** Its bytes in the container's tape, from the key to the end of the value; undefined for what was appended. */
  readonly at: Range | undefined;
  /** The bytes of its key; undefined for elements and for what was appended. */
  readonly keyAt: Range | undefined;
  /** The key as text; undefined for elements. */
  key: string | undefined;
  renamed: boolean;
  removed: boolean;
  readonly value: EditNode;
}

const NOTHING = new Uint8Array(0);

/**
 * A value under edits: untouched bytes of a tape, or a new JSON text in their place, and the members or elements once an
 * edit went through it. Nodes are made only along the paths of edits.
 */
export class EditNode {
  /** The value's bytes in the text around it; undefined for what was appended. */
  readonly #at: Range | undefined;
  #tape: JsonTape | undefined;
  #token: number;
  /** A new text that nobody has looked into; the tape is made from it when an edit does. */
  #fresh: string | undefined;
  #replaced: boolean;
  #slots: Slot[] | undefined;

  /** The untouched value of a token, or without a tape an appended `null` that waits for its text. */
  constructor(tape: JsonTape | undefined, token: number) {
    this.#tape = tape;
    this.#token = token;
    this.#at = tape === undefined ? undefined : { start: tape.start(token), end: tape.end(token) };
    this.#fresh = tape === undefined ? 'null' : undefined;
    this.#replaced = tape === undefined;
  }

  /** Puts a JSON text in the place of this value. */
  replace(json: string): void {
    this.#fresh = json;
    this.#tape = undefined;
    this.#replaced = true;
    this.#slots = undefined;
  }

  isObject(): boolean {
    return this.#source().kind(this.#token) === 'object';
  }

  isArray(): boolean {
    return this.#source().kind(this.#token) === 'array';
  }

  /** The slot of a key or position, as the edits so far left them. */
  slot(part: string | number): Slot | undefined {
    if (typeof part === 'string') {
      return this.isObject() ? this.#open().find((slot) => !slot.removed && slot.key === part) : undefined;
    }
    return this.isArray() ? this.#open().filter((slot) => !slot.removed)[part] : undefined;
  }

  /** How many members or elements there are now. */
  size(): number {
    return this.#open().filter((slot) => !slot.removed).length;
  }

  /** Adds a slot behind all others: a member under `key`, or an element. */
  append(key: string | undefined): Slot {
    const value = new EditNode(undefined, 0);
    const slot: Slot = { at: undefined, keyAt: undefined, key, renamed: false, removed: false, value };
    this.#open().push(slot);
    return slot;
  }

  /** The value's text where it was replaced or appended. */
  render(): Uint8Array {
    if (this.#fresh !== undefined) return Buffer.from(this.#fresh);
    const patches: Patch[] = [];
    this.#collectSlots(patches);
    return applyPatches(this.#source().bytes, patches);
  }

  /** Adds the patches that turn the surrounding text's bytes of this value into the edited ones. */
  collect(patches: Patch[]): void {
    if (!this.#replaced) this.#collectSlots(patches);
    else if (this.#at !== undefined) patches.push({ ...this.#at, bytes: this.render() });
  }

  #source(): JsonTape {
    if (this.#tape !== undefined) return this.#tape;
    const tape = scanJson(Buffer.from(this.#fresh ?? ''), Number.POSITIVE_INFINITY);
    if (!(tape instanceof JsonTape)) throw new RangeError(`an edit's text is no JSON: ${tape.problem}`);
    this.#tape = tape;
    this.#token = 0;
    return tape;
  }

  #open(): Slot[] {
    if (this.#slots !== undefined) return this.#slots;
    const tape = this.#source();
    this.#fresh = undefined;
    const members = tape.members(this.#token).map(({ key, value }) => memberSlot(tape, key, value));
    const elements = tape.elements(this.#token).map((element) => elementSlot(tape, element));
    this.#slots = [...members, ...elements];
    return this.#slots;
  }

  #collectSlots(patches: Patch[]): void {
    const slots = this.#slots;
    if (slots === undefined) return;
    let last: Range | undefined;
    let anyKept = false;
    for (const [index, slot] of slots.entries()) {
      if (slot.at === undefined) break;
      if (slot.removed) {
        // Behind a kept neighbour the comma before goes along, else the one behind, so that exactly one goes.
        const start = anyKept && last !== undefined ? last.end : slot.at.start;
        const end = anyKept ? slot.at.end : (slots[index + 1]?.at?.start ?? slot.at.end);
        patches.push({ start, end, bytes: NOTHING });
      } else {
        anyKept = true;
        if (slot.renamed && slot.keyAt !== undefined) {
          patches.push({ ...slot.keyAt, bytes: Buffer.from(JSON.stringify(slot.key)) });
        }
        slot.value.collect(patches);
      }
      last = slot.at;
    }
    const place = last?.end ?? this.#source().start(this.#token) + 1;
    this.#collectAppended(slots, place, anyKept, patches);
  }

  #collectAppended(slots: readonly Slot[], place: number, comma: boolean, patches: Patch[]): void {
    let needed = comma;
    for (const slot of slots) {
      if (slot.at !== undefined || slot.removed) continue;
      const key = slot.key === undefined ? '' : `${JSON.stringify(slot.key)}:`;
      const head = Buffer.from(needed ? `,${key}` : key);
      patches.push({ start: place, end: place, bytes: Buffer.concat([head, slot.value.render()]) });
      needed = true;
    }
  }
}

function memberSlot(tape: JsonTape, key: number, value: number): Slot {
  return {
    at: { start: tape.start(key), end: tape.end(value) },
    keyAt: { start: tape.start(key), end: tape.end(key) },
    key: tape.text(key),
    renamed: false,
    removed: false,
    value: new EditNode(tape, value),
  };
}

function elementSlot(tape: JsonTape, element: number): Slot {
  const at = { start: tape.start(element), end: tape.end(element) };
  const value = new EditNode(tape, element);
  return { at, keyAt: undefined, key: undefined, renamed: false, removed: false, value };
}
