import type { RequestView } from '../../core/chat/request.ts';
import type { SendFacts } from '../../formats/format.ts';
import type { ChatQuirks } from '../../formats/openai-chat/quirks.ts';
import type { Edit } from '../../wire/json-splice.ts';
import { modelEdit } from '../model-edit.ts';

/** Only what must differ is changed, so that a request which needs nothing keeps every byte. */
export function chatEdits(view: RequestView, send: SendFacts, quirks: ChatQuirks): readonly Edit[] {
  const list: Edit[] = [...modelEdit(view, send)];
  if (view.stream && !quirks.streamOptions) {
    list.push({ op: 'remove', path: ['stream_options'] });
  } else if (view.stream && !view.includeUsage) {
    // Usage is always asked for: a stream without it could only be charged by a bound.
    list.push({ op: 'set', path: ['stream_options', 'include_usage'], json: 'true' });
  }
  if (quirks.oneCapName && view.maxTokens !== undefined && view.maxTokens.param !== quirks.maxTokens) {
    // The other name may stand there as null, and a key must not be repeated.
    list.push({ op: 'remove', path: [quirks.maxTokens] });
    list.push({ op: 'rename', path: [view.maxTokens.param], key: quirks.maxTokens });
  }
  if (send.inject && send.maxTokens !== undefined) {
    list.push({ op: 'set', path: [quirks.maxTokens], json: String(send.maxTokens) });
  }
  if (quirks.strictMessages) {
    for (const path of view.reasoningAt ?? []) list.push({ op: 'remove', path });
  }
  return list;
}
