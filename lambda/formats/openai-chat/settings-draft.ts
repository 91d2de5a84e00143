import type { Settings, Tool, ToolChoice } from '../../core/chat/conversation.ts';

/** What the parameters of a request add up to, while they are read. */
export interface Draft {
  readonly settings: { -readonly [Name in keyof Settings]: Settings[Name] };
  readonly tools: Tool[];
  toolChoice: ToolChoice | undefined;
}

export function emptyDraft(): Draft {
  return { settings: { stop: [] }, tools: [], toolChoice: undefined };
}
