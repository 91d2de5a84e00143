import type { Block, Conversation } from '../../core/chat/conversation.ts';
import type { Feature, Loss, SupportTable } from '../../core/chat/features.ts';
import type { Capabilities } from '../../core/routing/target.ts';
import type { ChatQuirks } from './quirks.ts';
import { takes } from './support.ts';
import { tierOf, USER_CHARACTERS } from './write.ts';
import { speaksBehindResults } from './write-messages.ts';
import { audioFormat } from './write-parts.ts';
import { effortOf, knownEffort } from './write-reasoning.ts';

const BRIDGED = 'a short assistant message stands between tool results and what the user says behind them';

/** Losses that depend on values, or on what the model can do; those of the table alone are told elsewhere. */
export function lossesOfValues(
  conversation: Conversation,
  { sampling, thinking, structuredOutput }: Capabilities,
  quirks: ChatQuirks,
  table: SupportTable,
): readonly Loss[] {
  const { settings, toolChoice } = conversation;
  const losses: Loss[] = [];
  const add = (feature: Feature, how: Loss['how'], note: string, droppable = true) => {
    if (!takes(table, feature)) return;
    losses.push({ param: paramOf(conversation, feature), how, note, droppable });
  };
  if (sampling === 'none' && settings.temperature !== undefined) {
    add('temperature', 'dropped', 'this model takes no sampling parameters');
  }
  if (settings.topP !== undefined && sampling === 'none') {
    add('top_p', 'dropped', 'this model takes no sampling parameters');
  }
  if (settings.topP !== undefined && sampling === 'one' && settings.temperature !== undefined) {
    add('top_p', 'dropped', 'this model takes either temperature or top_p; temperature is sent');
  }
  if (quirks.maxStops !== undefined && settings.stop.length > quirks.maxStops) {
    add('stop', 'capped', `only the first ${quirks.maxStops} stop sequences are sent`);
  }
  if (structuredOutput === false && settings.responseFormat !== undefined) {
    add(settings.responseFormat.type, 'dropped', 'this model cannot be bound to a JSON format');
  }
  if (toolChoice?.type === 'tool' && !quirks.namedToolChoice) {
    add('tool_choice', 'emulated', 'becomes `required`; this provider cannot be told which tool to call');
  }
  if (settings.serviceTier !== undefined && tierOf(settings.serviceTier) === undefined) {
    add('service_tier', 'dropped', `there is no tier of this name here`);
  }
  if (settings.endUser !== undefined && settings.endUser.length > USER_CHARACTERS) {
    add('end_user', 'emulated', `longer than ${USER_CHARACTERS} characters, so its hash is sent`);
  }
  if (quirks.bridgesResults && speaksBehindResults(conversation.turns)) {
    losses.push({ param: 'messages', how: 'emulated', note: BRIDGED, droppable: true });
  }
  const effort = reasoningLoss(conversation, quirks, thinking);
  if (effort !== undefined) add('reasoning', effort.how, effort.note);
  if (conversation.turns.some(({ content }) => content.some(isOtherAudio))) {
    add('audio_input', 'dropped', 'audio is sent inline, as WAV or MP3', false);
  }
  return losses;
}

function reasoningLoss(
  { settings: { reasoning } }: Conversation,
  quirks: ChatQuirks,
  thinking: Capabilities['thinking'],
): Pick<Loss, 'how' | 'note'> | undefined {
  if (reasoning === undefined) return undefined;
  const wanted = effortOf(reasoning);
  if (thinking === 'none') {
    // Thinking that is off, or left to the model, is what a model without it does anyway.
    const asked = reasoning.type === 'effort' || reasoning.type === 'budget';
    return asked && wanted !== 'none' ? { how: 'dropped', note: 'this model does not think' } : undefined;
  }
  if (quirks.reasoning === 'object' && reasoning.type === 'budget') return undefined;
  if (wanted === undefined || (quirks.reasoning === 'toggle' && reasoning.type === 'off')) return undefined;
  const known = knownEffort(wanted, quirks.efforts);
  if (known === undefined) return { how: 'dropped', note: 'thinking cannot be switched off here' };
  if (reasoning.type === 'budget')
    return { how: 'emulated', note: `the budget becomes the effort \`${known}\`` };
  return known === wanted ? undefined : { how: 'emulated', note: `\`${wanted}\` becomes \`${known}\`` };
}

function isOtherAudio(block: Block): boolean {
  if (block.kind !== 'audio') return false;
  return block.source.type !== 'base64' || audioFormat(block.source.mediaType) === undefined;
}

/** The parameter that asked for a feature, as the caller spelled it. */
function paramOf({ asked }: Conversation, feature: Feature): string {
  return asked.find((each) => each.feature === feature)?.param ?? feature;
}
