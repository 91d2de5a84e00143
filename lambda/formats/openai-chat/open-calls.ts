import { isRecord } from '../../core/json-value.ts';

/** A tool call that an answer opened. It is told once its name is known, which some servers send after its id. */
export class Call {
  readonly id: string;
  readonly custom: boolean;
  name = '';
  /** Its place among the blocks; undefined until it was told. */
  block: number | undefined;
  open = true;
  /** Whether its arguments are a whole object, so that nothing can follow them. */
  whole = false;
  /** Whether any of its arguments came. */
  begun = false;
  #held = '';
  #depth = 0;
  #quoted = false;
  #escaped = false;

  constructor(id: string, custom: boolean) {
    this.id = id;
    this.custom = custom;
  }

  take(text: string): void {
    this.#held += text;
    if (this.custom) return;
    for (const character of text) this.#see(character);
  }

  /** What was taken since the last time. */
  drain(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }

  #see(character: string): void {
    if (character.trim() !== '') this.begun = true;
    if (this.#escaped) this.#escaped = false;
    else if (this.#quoted && character === '\\') this.#escaped = true;
    else if (character === '"') this.#quoted = !this.#quoted;
    else if (this.#quoted) return;
    else if (character === '{' || character === '[') this.#depth += 1;
    else if (character === '}' || character === ']') {
      this.#depth -= 1;
      this.whole ||= this.#depth === 0;
    }
  }
}

interface Piece {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

/** The calls of a choice, and which of them pieces with an `index` belong to. */
interface Calls {
  readonly calls: readonly Call[];
  readonly byIndex: ReadonlyMap<number, Call>;
}

/** The call that a piece goes on with; undefined where it begins another one. */
export function callOf({ calls, byIndex }: Calls, index: unknown, piece: Piece): Call | undefined {
  const named = piece.id === '' ? undefined : calls.find(({ id }) => id === piece.id);
  const known = typeof index === 'number' ? byIndex.get(index) : (named ?? calls.at(-1));
  return known !== undefined && goesOn(known, piece) ? known : undefined;
}

/**
 * Some servers give every call the index 0 or none, some repeat the id or the name in every piece or make up a new id for
 * each. So a piece with a name begins another call where the call before it is whole, or has another name.
 */
function goesOn(known: Call, { id, name, text }: Piece): boolean {
  if (name === '' || known.name === '' || (id !== '' && id === known.id)) return true;
  if (known.name !== name) return false;
  if (known.whole) return id === '' && text.trim() === '';
  return known.begun || id === '' || known.id === '';
}

/** Arguments as text; some servers send an object in place of its JSON. */
export function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return isRecord(value) ? JSON.stringify(value) : '';
}
