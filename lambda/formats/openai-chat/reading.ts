import type { Sealer } from '../../core/chat/capsule.ts';
import type { CacheMark } from '../../core/chat/conversation.ts';
import type { Asked, Feature } from '../../core/chat/features.ts';
import type { Fields, RequestNode } from './read-node.ts';

/** What is gathered while a request is read. */
export class Reading {
  readonly asked: Asked[] = [];
  readonly notes: string[] = [];
  readonly sealer: Sealer | undefined;
  /** `prompt_cache_options.ttl`, which breakpoints without one of their own have. */
  cacheTtl: string | undefined;
  /** Ids with a capsule that were read: one that comes twice was copied. */
  readonly capsules = new Set<string>();
  /** Whether any cache breakpoint was read. */
  marks = false;

  constructor(sealer: Sealer | undefined) {
    this.sealer = sealer;
  }

  ask(feature: Feature, node: RequestNode): void {
    this.asked.push({ feature, param: node.param });
  }

  /** Lists the members that the documentation of an object does not name. */
  askUnknown(fields: Fields, known: ReadonlySet<string>): void {
    for (const [name, node] of fields) if (!known.has(name)) this.ask('unknown', node);
  }

  /**
   * A cache breakpoint behind what these fields describe: OpenAI's `prompt_cache_breakpoint`, or `cache_control` as
   * OpenRouter and LiteLLM take it.
   */
  cacheMark(fields: Fields): CacheMark | undefined {
    const own = fields.get('prompt_cache_breakpoint');
    const control = fields.get('cache_control');
    const node = own ?? control;
    if (node === undefined) return undefined;
    this.ask('cache_marks', node);
    this.marks = true;
    const ttl = node.fields('an object such as {"mode": "explicit"}').get('ttl')?.text();
    return { ttl: ttl ?? (own === undefined ? undefined : this.cacheTtl) };
  }
}

/** Spread into a block: a mark, or nothing. */
export function marked(cache: CacheMark | undefined): { readonly cache?: CacheMark } {
  return cache === undefined ? {} : { cache };
}
