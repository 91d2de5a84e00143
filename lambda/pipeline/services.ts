import type {
  ChatCaller,
  ChatUpstream,
  CountCaller,
  CountUpstream,
  EmbeddingsCaller,
  EmbeddingsUpstream,
  Operation,
} from '../formats/format.ts';
import type { Provider, Service } from '../providers/provider.ts';

/** An operation together with what serves it: the one place where a caller's format meets an upstream's. */
export type Served =
  | { readonly kind: 'chat'; readonly caller: ChatCaller; readonly service: Service<ChatUpstream> }
  | {
      readonly kind: 'embeddings';
      readonly caller: EmbeddingsCaller;
      readonly service: Service<EmbeddingsUpstream>;
    }
  | { readonly kind: 'count_tokens'; readonly caller: CountCaller; readonly service: Service<CountUpstream> }
  /** Tokens are counted by nobody: the gateway estimates, and says so. */
  | { readonly kind: 'estimate'; readonly caller: CountCaller };

/** How a provider serves an operation with one of its models; undefined where it does not. */
export function servedBy(operation: Operation, provider: Provider, model: string): Served | undefined {
  switch (operation.kind) {
    case 'chat': {
      const service = provider.chat(model);
      return service === undefined ? undefined : { kind: 'chat', caller: operation, service };
    }
    case 'embeddings': {
      const service = provider.embeddings(model);
      return service === undefined ? undefined : { kind: 'embeddings', caller: operation, service };
    }
    case 'count_tokens': {
      const service = provider.countTokens(model);
      if (service !== undefined) return { kind: 'count_tokens', caller: operation, service };
      return provider.chat(model) === undefined ? undefined : { kind: 'estimate', caller: operation };
    }
  }
}

/** Whether the caller's own bytes go out, with as few edits as possible, and the upstream's own bytes come back. */
export function isForwarded(served: Served): boolean {
  return served.kind !== 'estimate' && served.caller.format === served.service.format.name;
}
