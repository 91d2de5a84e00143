import { type Capsule, type CapsulePart, printOf, sealCapsule } from '../../core/chat/capsule.ts';
import type { BlockHead } from '../../core/chat/events.ts';
import type { AnswerFacts } from '../format.ts';

/** A part that may still grow. Reasoning that no signature follows is for display only and is left out. */
type Part =
  | { readonly kind: 'thinking'; text: string; signature: string }
  | { readonly kind: 'text'; text: string }
  | Extract<CapsulePart, { kind: 'redacted_thinking' | 'opaque' }>;

/**
 * Seals what came before a tool call of one choice into the call's id: signed and redacted reasoning, opaque blocks, and
 * where visible text stood between them. A capsule is given back whole or not at all, so where one cannot be written the
 * turn gets none, and one that went out before is revoked by an empty one.
 */
export class ReasoningSealer {
  /** Why reasoning will not come back, once it is known that it will not. */
  note: string | undefined;
  readonly #facts: AnswerFacts;
  #calls = 0;
  #parts: Part[] = [];
  #byBlock = new Map<number, Part>();
  /** A capsule of this turn went out. */
  #sealed = false;
  /** Text stands before a call that carries no capsule, so its place among later parts could not be told. */
  #unmarked = false;

  constructor(facts: AnswerFacts) {
    this.#facts = facts;
  }

  open(block: number, head: BlockHead): void {
    if (this.#facts.sealer === undefined) return;
    if (head.kind === 'redacted_thinking') this.#parts.push({ kind: head.kind, data: head.data });
    else if (head.kind === 'opaque') this.#parts.push(head);
    else if (head.kind === 'reasoning') this.#add(block, { kind: 'thinking', text: '', signature: '' });
  }

  /** A piece of visible text or of reasoning. Text that goes on behind a call begins a new part there. */
  text(block: number, kind: BlockHead['kind'], text: string): void {
    if (this.#facts.sealer === undefined) return;
    const part = this.#byBlock.get(block);
    if (kind === 'text') {
      if (part?.kind === 'text') part.text += text;
      else this.#add(block, { kind: 'text', text });
    } else if (part?.kind === 'thinking') part.text += text;
  }

  signature(block: number, signature: string): void {
    const part = this.#byBlock.get(block);
    if (part?.kind === 'thinking') part.signature += signature;
  }

  /** The id of a call that opens now, with everything before it that is not sealed yet. */
  idOf(id: string): string {
    const call = this.#calls++;
    const { sealer, target, capsuleCharacters } = this.#facts;
    if (sealer === undefined || this.note !== undefined) return id;
    const parts = this.#parts.filter((part) => part.kind !== 'thinking' || part.signature !== '');
    this.#parts = [];
    this.#byBlock = new Map();
    const texts = parts.filter(({ kind }) => kind === 'text').length;
    if (parts.length === texts && !(this.#sealed && texts > 0)) {
      if (texts > 0) this.#unmarked = true;
      return id;
    }
    const capsule: Capsule = { origin: target, parts: parts.map(sealedPart), call };
    const sealed = this.#unmarked ? undefined : sealCapsule(id, capsule, sealer, capsuleCharacters);
    if (sealed !== undefined) {
      this.#sealed = true;
      return sealed;
    }
    this.note =
      'the reasoning before a tool call did not fit into its id and will not be sent back to the model';
    const revoked = { origin: target, parts: [] };
    return this.#sealed ? (sealCapsule(id, revoked, sealer, capsuleCharacters) ?? id) : id;
  }

  #add(block: number, part: Part): void {
    this.#parts.push(part);
    this.#byBlock.set(block, part);
  }
}

function sealedPart(part: Part): CapsulePart {
  if (part.kind !== 'text') return part;
  return { kind: 'text', length: part.text.length, print: printOf(part.text) };
}
