import assert from 'node:assert/strict';
import type { ReplayGateway } from '../support/replay-gateway.ts';
import type { SentMessage, SentPart, SentRequest } from '../support/replay-upstream.ts';

/** Requests that got a turn: one for a thread is refused and repeated without. */
export function unthreaded(replay: ReplayGateway): readonly SentRequest[] {
  return replay.upstream.requests.filter((request) => request.json['thread'] === undefined);
}

export function partsOf(message: SentMessage): readonly SentPart[] {
  return typeof message.content === 'string' || message.content === null ? [] : message.content;
}

/** System texts of a request of any format. */
export function systemOf(request: SentRequest | undefined): unknown[] {
  const texts = (value: unknown): unknown[] => {
    if (Array.isArray(value)) return value.map((part: SentPart) => part['text']);
    return value === undefined ? [] : [value];
  };
  const inMessages = (request?.json.messages ?? []).filter(
    ({ role }) => role === 'system' || role === 'developer',
  );
  return [...texts(request?.json['system']), ...inMessages.flatMap((message) => texts(message.content))];
}

interface ConversePart {
  readonly toolResult?: { readonly content: readonly Record<string, unknown>[] };
}

/** Tool results of a request of any format, in order. */
export function resultsOf(request: SentRequest | undefined): unknown[] {
  return (request?.json.messages ?? []).flatMap((message) => {
    if (message.role === 'tool') return [plain(message.content)];
    return partsOf(message).flatMap((part) => {
      if (part.type === 'tool_result') return [plain(part['content'])];
      const { toolResult } = part as ConversePart;
      return toolResult === undefined ? [] : [plain(toolResult.content)];
    });
  });
}

function plain(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return content.map((part: Record<string, unknown>) => part['text']).join('');
}

/** Contents of the assistant turns of a Messages request, without the caller's cache marks. */
export function assistantTurns(request: SentRequest | undefined): unknown[] {
  return (request?.json.messages ?? [])
    .filter(({ role }) => role === 'assistant')
    .map((message) => partsOf(message).map(({ cache_control: _mark, ...part }) => part));
}

/** Tools, system and every earlier message are the same in each request: caches and signatures depend on it. */
export function assertPrefixes(requests: readonly SentRequest[]): void {
  for (const [index, request] of requests.entries()) {
    const before = requests[index - 1];
    if (before === undefined) continue;
    const kept = request.json.messages.slice(0, before.json.messages.length);
    assert.equal(JSON.stringify(kept), JSON.stringify(before.json.messages));
    for (const member of ['system', 'tools', 'toolConfig', 'tool_choice', 'thinking'])
      assert.equal(JSON.stringify(request.json[member]), JSON.stringify(before.json[member]), member);
  }
}
