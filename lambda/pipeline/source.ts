import type { Sealer } from '../core/chat/capsule.ts';
import type { Conversation } from '../core/chat/conversation.ts';
import type { EmbeddingsRequest } from '../core/embeddings/embeddings.ts';
import type { TollgateError } from '../core/errors.ts';
import type { ChatCaller, CountCaller, EmbeddingsCaller } from '../formats/format.ts';
import { scanJson } from '../wire/json-scan.ts';
import { applyPatches, type Edit, type Patch, splice } from '../wire/json-splice.ts';
import { JsonTape } from '../wire/json-tape.ts';

/**
 * The body as it may leave: the caller's bytes with the guard's replacements. It goes out in its own format with edits,
 * or is read, once and only when a translation needs it.
 */
export class Source {
  readonly #bytes: Uint8Array;
  readonly #tape: JsonTape;
  readonly #patches: readonly Patch[];
  readonly #maxDepth: number;
  #masked: JsonTape | undefined;
  #conversation: Conversation | TollgateError | undefined;
  #embeddings: EmbeddingsRequest | TollgateError | undefined;
  /** Opens what the gateway sealed for this caller; set before the request is planned. */
  sealer: Sealer | undefined;

  constructor(bytes: Uint8Array, tape: JsonTape, patches: readonly Patch[], maxDepth: number) {
    this.#bytes = bytes;
    this.#tape = tape;
    this.#patches = patches;
    this.#maxDepth = maxDepth;
  }

  /** Bytes that redaction added. */
  get growth(): number {
    let growth = 0;
    for (const patch of this.#patches) growth += Math.max(0, patch.bytes.length - (patch.end - patch.start));
    return growth;
  }

  /** Whether the body has a member of this name. */
  has(name: string): boolean {
    return this.#tape.find([name]) !== undefined;
  }

  /** The bytes to send in the request's own format. */
  edited(edits: readonly Edit[]): Uint8Array {
    return splice(this.#bytes, this.#tape, edits, this.#patches);
  }

  conversation(caller: ChatCaller | CountCaller): Conversation | TollgateError {
    this.#conversation ??= caller.readConversation(this.#maskedTape(), this.sealer);
    return this.#conversation;
  }

  embeddings(caller: EmbeddingsCaller): EmbeddingsRequest | TollgateError {
    this.#embeddings ??= caller.readEmbeddings(this.#maskedTape());
    return this.#embeddings;
  }

  #maskedTape(): JsonTape {
    this.#masked ??=
      this.#patches.length === 0
        ? this.#tape
        : rescan(applyPatches(this.#bytes, this.#patches), this.#maxDepth);
    return this.#masked;
  }
}

function rescan(bytes: Uint8Array, maxDepth: number): JsonTape {
  const tape = scanJson(bytes, maxDepth);
  if (!(tape instanceof JsonTape)) throw new Error('Bug! a redaction left a body that is no JSON');
  return tape;
}
