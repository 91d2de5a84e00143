import { jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import { SIGNED_FORMAT } from './answer-words.ts';
import type { CallDelta, Delta, Detail } from './choice-deltas.ts';

/** A `delta` object of a chunk. */
export function deltaJson(delta: Delta): string {
  const { content, refusal, reasoning, details, annotations, call } = delta;
  // Nearly every chunk is one of these two.
  if (content !== undefined) return `{"content":${jsonString(content)}}`;
  if (call !== undefined) return `{"tool_calls":[${callJson(call)}]}`;
  return jsonObject({
    refusal: jsonValue(refusal),
    reasoning_content: jsonValue(reasoning),
    reasoning_details: details === undefined ? undefined : detailsJson(details),
    annotations: annotations === undefined ? undefined : `[${annotations.join(',')}]`,
  });
}

function callJson({ index, custom, begin, input }: CallDelta): string {
  const kind = custom ? 'custom' : 'function';
  const made = jsonObject({
    name: begin === undefined ? undefined : jsonString(begin.name),
    [custom ? 'input' : 'arguments']: jsonString(input),
  });
  return begin === undefined
    ? jsonObject({ index: String(index), [kind]: made })
    : jsonObject({ index: String(index), id: jsonString(begin.id), type: jsonString(kind), [kind]: made });
}

/** A `reasoning_details` list; an upstream's own lists become part of it without being read. */
export function detailsJson(details: readonly Detail[]): string {
  return `[${details
    .map(detailJson)
    .filter((text) => text !== '')
    .join(',')}]`;
}

function detailJson(detail: Detail): string {
  switch (detail.kind) {
    case 'list':
      return detail.json.trim().slice(1, -1).trim();
    case 'text':
      return textDetail(detail.index, detail.text, undefined);
    case 'signature':
      return textDetail(detail.index, detail.text, detail.signature);
    case 'encrypted':
      return jsonObject({
        type: '"reasoning.encrypted"',
        data: jsonString(detail.data),
        format: jsonString(SIGNED_FORMAT),
        index: String(detail.index),
      });
  }
}

/** The format is told with the signature: before it arrives nobody knows whether the reasoning is signed at all. */
export function textDetail(index: number, text: string | undefined, signature: string | undefined): string {
  return jsonObject({
    type: '"reasoning.text"',
    text: jsonValue(text),
    signature: jsonValue(signature),
    format: signature === undefined ? undefined : jsonString(SIGNED_FORMAT),
    index: String(index),
  });
}
