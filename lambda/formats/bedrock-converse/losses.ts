import type { Block, CacheMark, Conversation } from '../../core/chat/conversation.ts';
import { effortOf, hasRoom } from '../../core/chat/effort-budget.ts';
import type { Feature, Loss } from '../../core/chat/features.ts';
import type { Capabilities } from '../../core/routing/target.ts';
import { type Family, thinkingWay, thinksLikeClaude } from './families.ts';
import { takes } from './support.ts';
import { novaEffort } from './thinking.ts';
import { formatOf } from './write-media.ts';
import { isKnownTier, MOST_TEMPERATURE, stopsOf } from './write-settings.ts';
import { offersUnwanted } from './write-tools.ts';

type Told = Pick<Loss, 'how' | 'note'>;

const FORMAT = 'bedrock-converse';

/** Losses that depend on values, or on what the model can do; those of the table alone are told elsewhere. */
export function lossesOfValues(
  conversation: Conversation,
  capabilities: Capabilities,
  family: Family,
): readonly Loss[] {
  const { settings } = conversation;
  const losses: Loss[] = [];
  const add = (feature: Feature, told: Told | undefined, droppable = true): void => {
    if (told === undefined || !takes(family, feature)) return;
    losses.push({ param: paramOf(conversation, feature), ...told, droppable });
  };
  const thinks = thinksLikeClaude(family, capabilities) && wantsThinking(conversation);
  add('temperature', temperatureLoss(settings.temperature, capabilities, thinks));
  add('top_p', topPLoss(conversation, capabilities, thinks));
  add('top_k', settings.topK !== undefined && thinks ? dropped('not together with thinking') : undefined);
  add('reasoning', reasoningLoss(conversation, capabilities, family));
  add('tool_choice', toolChoiceLoss(conversation, capabilities, family));
  add('stop', stopLoss(conversation, family));
  add('cache_marks', cacheLoss(conversation));
  if (settings.responseFormat?.type === 'json_schema' && capabilities.structuredOutput === false) {
    add('json_schema', dropped('this model cannot be bound to a schema'));
  }
  if (settings.serviceTier !== undefined && !isKnownTier(settings.serviceTier)) {
    add('service_tier', dropped('there is no tier of this name here'));
  }
  for (const feature of unsendableMedia(conversation)) {
    add(feature, dropped('Bedrock does not take this media type'), false);
  }
  if (blocksOf(conversation).some(isForeign)) {
    const param = paramOf(conversation, 'server_blocks', 'messages');
    losses.push({ param, ...dropped('a block that only its own provider can read'), droppable: false });
  }
  return losses;
}

function dropped(note: string): Told {
  return { how: 'dropped', note };
}

function temperatureLoss(
  temperature: number | undefined,
  { sampling }: Capabilities,
  thinks: boolean,
): Told | undefined {
  if (temperature === undefined) return undefined;
  // At its default it changes nothing.
  if (sampling === 'none' || thinks) {
    if (temperature === 1) return undefined;
    return dropped(thinks ? 'not together with thinking' : 'this model takes no sampling parameters');
  }
  if (temperature <= MOST_TEMPERATURE) return undefined;
  return { how: 'capped', note: `${temperature} becomes ${MOST_TEMPERATURE}, the most that Bedrock takes` };
}

function topPLoss({ settings }: Conversation, { sampling }: Capabilities, thinks: boolean): Told | undefined {
  if (settings.topP === undefined || settings.topP === 1) return undefined;
  if (sampling === 'none') return dropped('this model takes no sampling parameters');
  if (thinks) return dropped('not together with thinking');
  if (sampling !== 'one' || settings.temperature === undefined) return undefined;
  return dropped('this model takes either temperature or top_p; temperature is sent');
}

function reasoningLoss(
  conversation: Conversation,
  capabilities: Capabilities,
  family: Family,
): Told | undefined {
  const { reasoning } = conversation.settings;
  if (reasoning === undefined) return undefined;
  const way = thinkingWay(family, capabilities);
  if (way === undefined) {
    // Thinking that is off, or left to the model, is what a model does that is told nothing.
    if (!wantsThinking(conversation) || reasoning.type === 'adaptive') return undefined;
    return dropped('this model has no documented field for it');
  }
  if (way === 'budget') {
    const cap = conversation.settings.maxTokens;
    if (reasoning.type === 'budget' || cap === undefined || hasRoom(cap)) return undefined;
    if (!wantsThinking(conversation)) return undefined;
    return { how: 'emulated', note: `without thinking, for ${cap} output tokens leave no room for it` };
  }
  const wanted = effortOf(reasoning);
  const effort = way === 'nova' ? novaEffort(reasoning) : wanted === 'minimal' ? 'low' : wanted;
  if (reasoning.type === 'budget') {
    return { how: 'emulated', note: `the budget becomes the effort \`${effort}\`` };
  }
  if (effort === undefined || wanted === undefined || effort === wanted) return undefined;
  return { how: 'emulated', note: `\`${wanted}\` becomes \`${effort}\`` };
}

function wantsThinking({ settings: { reasoning } }: Conversation): boolean {
  if (reasoning === undefined || reasoning.type === 'off') return false;
  return reasoning.type !== 'effort' || reasoning.effort !== 'none';
}

function toolChoiceLoss(
  conversation: Conversation,
  capabilities: Capabilities,
  family: Family,
): Told | undefined {
  const { toolChoice } = conversation;
  if (offersUnwanted(conversation)) {
    return {
      how: 'emulated',
      note: 'the tools stay, because Bedrock wants them beside tool calls in the history; the model may call one',
    };
  }
  if (toolChoice?.type !== 'required' && toolChoice?.type !== 'tool') return undefined;
  if (!wantsThinking(conversation) || thinkingWay(family, capabilities) !== 'budget') return undefined;
  return { how: 'emulated', note: 'becomes `auto`: the model cannot be made to call a tool while it thinks' };
}

function stopLoss({ settings }: Conversation, family: Family): Told | undefined {
  if (stopsOf(settings, family).length === settings.stop.length) return undefined;
  return dropped(
    'a sequence that is empty, or for Claude white space alone, is left out: Bedrock refuses it',
  );
}

/** Bedrock keeps a prefix for five minutes or an hour. */
function cacheLoss(conversation: Conversation): Told | undefined {
  const marked = [...conversation.system, ...conversation.tools, ...blocksOf(conversation)];
  const longer = marked.some((one) => 'cache' in one && isLonger(one.cache));
  return longer ? { how: 'capped', note: 'kept for an hour' } : undefined;
}

function isLonger(mark: CacheMark | undefined): boolean {
  const ttl = mark?.ttl;
  return ttl !== undefined && ttl !== '5m' && ttl !== '30m' && ttl !== '1h';
}

/** What the caller said in another format; what only a capsule brought back is left out without a word. */
function isForeign(block: Block): boolean {
  return block.kind === 'opaque' && block.format !== FORMAT && block.origin === undefined;
}

function blocksOf({ turns }: Conversation): readonly Block[] {
  return turns.flatMap(({ content }) =>
    content.flatMap((block) => (block.kind === 'tool_result' ? [block, ...block.content] : [block])),
  );
}

/** Features of inline media whose type Converse does not take. */
function unsendableMedia(conversation: Conversation): readonly Feature[] {
  const features = new Set<Feature>();
  for (const block of blocksOf(conversation)) {
    if (!('source' in block) || formatOf(block) !== undefined || block.source.type !== 'base64') continue;
    if (block.kind === 'image') features.add('images');
    else if (block.kind === 'document') features.add('documents');
    else features.add(block.kind === 'audio' ? 'audio_input' : 'video_input');
  }
  return [...features];
}

/** The parameter that asked for a feature, as the caller spelled it. */
function paramOf({ asked }: Conversation, feature: Feature, otherwise: string = feature): string {
  return asked.find((each) => each.feature === feature)?.param ?? otherwise;
}
