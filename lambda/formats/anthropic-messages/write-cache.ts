import type { CacheMark, Json } from '../../core/chat/conversation.ts';

/** A prompt-cache breakpoint. The API keeps a prefix for 5 minutes or an hour, so other times become the next longer. */
export function cacheControl(mark: CacheMark | undefined): Json | undefined {
  if (mark === undefined) return undefined;
  if (mark.ttl === undefined) return '{"type":"ephemeral"}';
  return mark.ttl === '5m' ? '{"type":"ephemeral","ttl":"5m"}' : '{"type":"ephemeral","ttl":"1h"}';
}

/** Whether a mark asks for longer than an hour, which the API does not have. */
export function isLonger(mark: CacheMark | undefined): boolean {
  const ttl = mark?.ttl;
  return ttl !== undefined && ttl !== '5m' && ttl !== '30m' && ttl !== '1h';
}
