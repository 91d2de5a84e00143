import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import type { CallDelta, Delta, Detail } from './choice-deltas.ts';
import { detailsJson, textDetail } from './write-delta.ts';

interface Call {
  readonly custom: boolean;
  readonly id: string;
  readonly name: string;
  input: string;
}

/** Signed or plain reasoning whose pieces are put together, or what is passed on as it came. */
type WholeDetail =
  | { readonly kind: 'own'; readonly index: number; text: string; signature: string | undefined }
  | { readonly kind: 'other'; readonly json: string };

/** Sums up the deltas of a choice into its `message`. */
export class WholeMessage {
  #empty = true;
  #content: string | undefined;
  #refusal: string | undefined;
  #reasoning: string | undefined;
  readonly #details: WholeDetail[] = [];
  readonly #annotations: string[] = [];
  readonly #calls: Call[] = [];

  add({ content, refusal, reasoning, details = [], annotations = [], call }: Delta): void {
    this.#empty = false;
    if (content !== undefined) this.#content = (this.#content ?? '') + content;
    if (refusal !== undefined) this.#refusal = (this.#refusal ?? '') + refusal;
    if (reasoning !== undefined) this.#reasoning = (this.#reasoning ?? '') + reasoning;
    for (const detail of details) this.#detail(detail);
    this.#annotations.push(...annotations);
    if (call !== undefined) this.#call(call);
  }

  json(): string {
    const details = this.#details.map((detail) =>
      detail.kind === 'own' ? textDetail(detail.index, detail.text, detail.signature) : detail.json,
    );
    return jsonObject({
      role: '"assistant"',
      // An answer that holds nothing at all has an empty content, as OpenAI's has.
      content: jsonValue(this.#content) ?? (this.#empty ? '""' : 'null'),
      refusal: jsonValue(this.#refusal) ?? 'null',
      annotations: jsonArray(this.#annotations),
      reasoning_content: jsonValue(this.#reasoning),
      reasoning_details: details.length === 0 ? undefined : jsonArray(details),
      tool_calls: this.#calls.length === 0 ? undefined : jsonArray(this.#calls.map(callJson)),
    });
  }

  #detail(detail: Detail): void {
    if (detail.kind === 'list' || detail.kind === 'encrypted') {
      const json = detailsJson([detail]).slice(1, -1);
      if (json !== '') this.#details.push({ kind: 'other', json });
      return;
    }
    let own = this.#details.find((known) => known.kind === 'own' && known.index === detail.index);
    if (own?.kind !== 'own') {
      own = { kind: 'own', index: detail.index, text: '', signature: undefined };
      this.#details.push(own);
    }
    if (detail.kind === 'text') own.text += detail.text;
    else own.signature = (own.signature ?? '') + detail.signature;
  }

  #call({ index, custom, begin, input }: CallDelta): void {
    if (begin !== undefined) this.#calls[index] = { custom, ...begin, input };
    const call = this.#calls[index];
    if (call !== undefined && begin === undefined) call.input += input;
  }
}

function callJson({ custom, id, name, input }: Call): string {
  const kind = custom ? 'custom' : 'function';
  return jsonObject({
    id: jsonString(id),
    type: jsonString(kind),
    [kind]: jsonObject({ name: jsonString(name), [custom ? 'input' : 'arguments']: jsonString(input) }),
  });
}
