import type { Block, CacheMark, Conversation } from '../../core/chat/conversation.ts';
import { effortOf, hasRoom, MIN_BUDGET } from '../../core/chat/effort-budget.ts';
import { type Feature, type Loss, lossesOf } from '../../core/chat/features.ts';
import type { Capabilities } from '../../core/routing/target.ts';
import { sampling } from './sampling.ts';
import { NO_TIER, SERVICE_TIERS, SUPPORT } from './support.ts';
import { isLonger } from './write-cache.ts';
import { outputFormat } from './write-format.ts';
import { strictSchema } from './write-schema.ts';
import { wishOf } from './write-thinking.ts';
import { wrappedInstructions } from './write-turns.ts';

const FORMAT = 'anthropic-messages';

/** What depends on values or on the model. Parameters are named as the caller spelled them. */
export function losses(conversation: Conversation, capabilities: Capabilities): readonly Loss[] {
  const name = (feature: Feature): string => paramOf(conversation, feature);
  const { settings } = conversation;
  const list: Loss[] = sampling(settings, capabilities).losses.map((loss) => ({
    param: name(loss.name),
    how: loss.how,
    note: loss.note,
    droppable: true,
  }));
  if (settings.stop.some((text) => text.trim() === '')) {
    list.push(dropped(name('stop'), 'a sequence of white space alone is left out, for this API refuses it'));
  }
  const tier = settings.serviceTier;
  if (tier !== undefined && tier !== NO_TIER && !SERVICE_TIERS.has(tier)) {
    list.push(dropped(name('service_tier'), 'this API knows `auto` and `standard_only`'));
  }
  return [...list, ...contentLosses(conversation, capabilities)];
}

/** Counting samples nothing: only what is said matters, and what the table refuses of it. */
export function countLosses(conversation: Conversation, capabilities: Capabilities): readonly Loss[] {
  const refused = lossesOf(conversation.asked, SUPPORT).filter(({ droppable }) => !droppable);
  return [...refused, ...contentLosses(conversation, capabilities)];
}

function contentLosses(conversation: Conversation, capabilities: Capabilities): readonly Loss[] {
  const name = (feature: Feature): string => paramOf(conversation, feature);
  const { turns } = conversation;
  const list: Loss[] = [...reasoningLosses(conversation, capabilities)];
  const wrapped = wrappedInstructions(turns, capabilities.systemTurns);
  if (wrapped > 0) {
    list.push(emulated(name('system_turns'), 'instructions between turns become text of a user message'));
  }
  if (marks(conversation).some(isLonger)) {
    list.push({ param: name('cache_marks'), how: 'capped', note: 'kept for an hour', droppable: true });
  }
  for (const feature of unsendableMedia(conversation)) {
    list.push({
      param: name(feature),
      how: 'dropped',
      note: UNSENDABLE[feature],
      droppable: false,
    });
  }
  if (blocksOf(conversation).some(isForeign)) {
    list.push({
      param: name('server_blocks'),
      how: 'dropped',
      note: 'a block that only its own provider can read',
      droppable: false,
    });
  }
  return [...list, ...formatLosses(conversation, capabilities)];
}

function reasoningLosses(conversation: Conversation, capabilities: Capabilities): readonly Loss[] {
  const { settings, toolChoice } = conversation;
  const { reasoning } = settings;
  if (reasoning === undefined) return [];
  const param = paramOf(conversation, 'reasoning');
  const wish = wishOf(reasoning, capabilities.thinking);
  const effort = effortOf(reasoning);
  const list: Loss[] = [];
  if (capabilities.thinking === 'none' && effort !== 'none') {
    list.push(dropped(param, 'this model does not think'));
  } else if (wish.type === 'adaptive' || wish.type === 'effort') {
    if (reasoning.type === 'budget')
      list.push(emulated(param, `the budget becomes the effort \`${wish.effort}\``));
    else if (effort === 'minimal')
      list.push(emulated(param, '`minimal` becomes `low`, the least of this API'));
  } else if (reasoning.type === 'budget' && reasoning.tokens < MIN_BUDGET && wish.type === 'budget') {
    list.push(emulated(param, `the budget is raised to ${MIN_BUDGET} tokens, the least of this API`));
  }
  const cap = settings.maxTokens;
  if (wish.type === 'budget' && !wish.exact && cap !== undefined && !hasRoom(cap)) {
    list.push(emulated(param, `without thinking, for ${cap} output tokens leave no room for it`));
  }
  if (wish.type === 'budget' && (toolChoice?.type === 'required' || toolChoice?.type === 'tool')) {
    const note = 'a call cannot be forced while this model thinks; it decides itself';
    list.push(dropped(paramOf(conversation, 'tool_choice'), note));
  }
  return list;
}

function formatLosses(conversation: Conversation, capabilities: Capabilities): readonly Loss[] {
  const list: Loss[] = [];
  const weaker = 'what this API does not enforce of the schema is told to the model in descriptions';
  if (conversation.settings.responseFormat?.type === 'json_schema') {
    const param = paramOf(conversation, 'json_schema');
    if (capabilities.structuredOutput === false) {
      list.push(dropped(param, 'this model cannot be bound to a schema; it is only told to follow it'));
    } else if (outputFormat(conversation.settings, capabilities).weakened) list.push(emulated(param, weaker));
  }
  const strict = conversation.tools.filter((tool) => tool.strict === true && tool.kind === 'function');
  if (strict.some(({ schema }) => schema !== undefined && strictSchema(schema).weakened)) {
    list.push(emulated(paramOf(conversation, 'tools'), weaker));
  }
  return list;
}

function paramOf({ asked }: Conversation, feature: Feature): string {
  return asked.find((one) => one.feature === feature)?.param ?? DEFAULT_PARAM[feature] ?? feature;
}

/** Names for the rare case that the reader did not list what it read. */
const DEFAULT_PARAM: Partial<Record<Feature, string>> = {
  json_schema: 'response_format',
  system_turns: 'messages',
  cache_marks: 'messages',
  server_blocks: 'messages',
  images: 'messages',
  documents: 'messages',
};

/** Source: Anthropic API, "Vision" and "PDF support". A text goes as what it is, whatever its type says. */
const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const UNSENDABLE = {
  images: 'this API takes images of the types JPEG, PNG, GIF and WebP',
  documents: 'this API takes documents of the types PDF and plain text',
} as const;

/** Features of inline media whose type the API does not take. */
function unsendableMedia(conversation: Conversation): readonly (keyof typeof UNSENDABLE)[] {
  const features = new Set<keyof typeof UNSENDABLE>();
  for (const block of blocksOf(conversation)) {
    if (!('source' in block) || block.source.type !== 'base64') continue;
    const { mediaType } = block.source;
    if (block.kind === 'image' && !IMAGE_TYPES.has(mediaType)) features.add('images');
    const readable = mediaType === 'application/pdf' || mediaType.startsWith('text/');
    if (block.kind === 'document' && !readable) features.add('documents');
  }
  return [...features];
}

function dropped(param: string, note: string): Loss {
  return { param, how: 'dropped', note, droppable: true };
}

function emulated(param: string, note: string): Loss {
  return { param, how: 'emulated', note, droppable: true };
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

function marks(conversation: Conversation): readonly (CacheMark | undefined)[] {
  const marked = [...conversation.system, ...conversation.tools, ...blocksOf(conversation)];
  return marked.map((one) => ('cache' in one ? one.cache : undefined));
}
