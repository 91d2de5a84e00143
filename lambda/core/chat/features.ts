/**
 * Everything a chat request can ask for beyond plain text turns, as one closed list: each upstream format says for each
 * what becomes of it, so nothing can be lost in silence, and the reference table is made from the same words.
 */
export const FEATURES = [
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'logprobs',
  'choices',
  'reasoning',
  'verbosity',
  'json_schema',
  'json_object',
  'tools',
  'custom_tools',
  'hosted_tools',
  'tool_choice',
  'allowed_tools',
  'single_tool_call',
  'end_user',
  'metadata',
  'store',
  'service_tier',
  'prompt_cache_key',
  'cache_marks',
  'participant_names',
  'system_turns',
  'prefill',
  'images',
  'image_urls',
  'image_detail',
  'documents',
  'document_urls',
  'files',
  'audio_input',
  'video_input',
  'audio_output',
  'prediction',
  'web_search',
  'tool_errors',
  'tool_result_media',
  'citations',
  'server_blocks',
  'threads',
  /** A field that the format's own description does not name. */
  'unknown',
] as const;

export type Feature = (typeof FEATURES)[number];

/** One thing that a request asks for, by the parameter or path that asks for it: `logit_bias`, `messages[2].content[0]`. */
export interface Asked {
  readonly feature: Feature;
  readonly param: string;
}

/**
 * What becomes of a feature in an upstream format. `native`: the same thing under this format's name. `mapped`: an
 * equivalent that means the same. `emulated`: the intent is reached by other means, which the caller is told. `refused`:
 * there is nothing like it; where dropping it would change what the request says (`content`), it cannot be dropped either.
 */
export interface Support {
  readonly how: 'native' | 'mapped' | 'emulated' | 'refused';
  /** What it becomes, or why it cannot; in words that follow "`seed`: ". */
  readonly note?: string;
  /** Refused even where the config says `unsupported: drop`, because it is part of what is said. */
  readonly content?: true;
}

export type SupportTable = Readonly<Record<Feature, Support>>;

/** What a target would lose of a request, change or reach by other means. */
export interface Loss {
  readonly param: string;
  readonly how: 'dropped' | 'capped' | 'emulated';
  readonly note: string;
  /** False: it must be refused whatever the config says. */
  readonly droppable: boolean;
}

/** The losses that a format's table says, in the order asked, each parameter once. */
export function lossesOf(asked: readonly Asked[], table: SupportTable): readonly Loss[] {
  const losses: Loss[] = [];
  const seen = new Set<string>();
  for (const { feature, param } of asked) {
    const { how, note = '', content } = table[feature];
    if (how === 'native' || how === 'mapped' || seen.has(param)) continue;
    seen.add(param);
    losses.push({
      param,
      how: how === 'emulated' ? 'emulated' : 'dropped',
      note,
      droppable: content !== true,
    });
  }
  return losses;
}
