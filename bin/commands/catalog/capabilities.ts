import type { Modality, ModelRow } from '../../../lambda/catalog/row.ts';
import type { Difference } from './compare.ts';
import { type Entry, flag, numberOf } from './litellm.ts';

const SENSES: Readonly<Record<Modality, string>> = {
  image: 'vision',
  pdf: 'pdf_input',
  audio: 'audio_input',
  video: 'video_input',
};

/** Limits and capabilities that both state and state differently: a flag that is left out says nothing. */
export function compareCapabilities(row: ModelRow, model: string, entry: Entry): readonly Difference[] {
  const found: Difference[] = [];
  const add = (field: string, ours: unknown, theirs: unknown): void => {
    if (ours === undefined || theirs === undefined || ours === theirs) return;
    found.push({ model, field, ours: String(ours), theirs: String(theirs) });
  };
  add('contextTokens', row.contextTokens, contextOf(row, entry));
  add(
    'maxOutputTokens',
    row.maxOutputTokens,
    row.kind === 'chat' ? numberOf(entry, 'max_output_tokens') : undefined,
  );
  add('dimensions', row.dimensions, numberOf(entry, 'output_vector_size'));
  if (row.kind === 'embeddings') return found;
  for (const [sense, name] of Object.entries(SENSES)) {
    add(
      `takes ${sense}`,
      row.takes.some((each) => each === sense),
      flag(entry, name),
    );
  }
  add('tools', row.tools, flag(entry, 'function_calling'));
  add('structuredOutput', row.structuredOutput, structuredOf(row, entry));
  add('thinking', row.thinking, thinkingOf(row, entry));
  add(
    'sampling',
    row.sampling === 'none' ? 'none' : undefined,
    flag(entry, 'sampling_params') === true ? 'some' : undefined,
  );
  add('sampling', row.sampling, flag(entry, 'sampling_params') === false ? 'none' : undefined);
  add('systemTurns', row.systemTurns ?? false, flag(entry, 'mid_conversation_system'));
  return found;
}

/** They tell the input alone, and count the output within it for some vendors and beside it for others. */
function contextOf({ contextTokens }: ModelRow, entry: Entry): number | undefined {
  const input = numberOf(entry, 'max_input_tokens');
  const output = numberOf(entry, 'max_output_tokens');
  return input !== undefined && output !== undefined && input + output === contextTokens
    ? contextTokens
    : input;
}

/** Of Claude they tell apart what is native; elsewhere there is one flag. */
function structuredOf({ model }: ModelRow, entry: Entry): boolean | undefined {
  const native = flag(entry, 'native_structured_output');
  return native !== undefined || model.includes('claude') ? native : flag(entry, 'response_schema');
}

/** In our words, as far as their flags contradict ours; undefined where they do not. */
function thinkingOf({ thinking }: ModelRow, entry: Entry): string | undefined {
  const adaptive = flag(entry, 'adaptive_thinking') === true;
  if (adaptive) return thinking === 'adaptive' ? undefined : 'adaptive';
  const reasons = flag(entry, 'reasoning');
  if (thinking === 'adaptive') return 'not adaptive';
  if (thinking === 'none') return reasons === true ? 'some' : undefined;
  return reasons === false ? 'none' : undefined;
}
