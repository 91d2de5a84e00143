import type { Effort, Reasoning, Settings } from '../../core/chat/conversation.ts';
import type { JsonObject, RequestReader } from './request-reader.ts';

const EFFORTS: ReadonlySet<string> = new Set<Effort>(['low', 'medium', 'high', 'xhigh', 'max']);

type ReasoningSettings = Pick<Settings, 'reasoning' | 'reasoningDisplay'>;

/** `thinking` and `output_config.effort`, which say together how much a model may think. */
export function readReasoning(reader: RequestReader, body: JsonObject): ReasoningSettings {
  const effort = readEffort(reader, body);
  const thinking = body.child('thinking', 'an object such as {"type": "adaptive"}');
  if (thinking === undefined) return effort === undefined ? {} : { reasoning: { type: 'effort', effort } };
  reader.ask('reasoning', 'thinking');
  for (const name of thinking.names()) {
    if (!['type', 'budget_tokens', 'display'].includes(name)) reader.ask('unknown', thinking.param(name));
  }
  const reasoning = readThinking(reader, thinking, effort);
  const display = thinking.text('display');
  return {
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(display === undefined ? {} : { reasoningDisplay: display }),
  };
}

function readEffort(reader: RequestReader, body: JsonObject): Effort | undefined {
  const config = body.child('output_config', 'an object such as {"effort": "medium"}');
  if (config === undefined) return undefined;
  for (const name of config.names()) {
    if (name === 'effort') reader.ask('reasoning', config.param(name));
    else if (name !== 'format') reader.ask('unknown', config.param(name));
  }
  const effort = config.text('effort');
  if (effort === undefined || isEffort(effort)) return effort;
  reader.wrong(config.token, 'effort', 'low, medium, high, xhigh or max');
  return undefined;
}

function readThinking(
  reader: RequestReader,
  thinking: JsonObject,
  effort: Effort | undefined,
): Reasoning | undefined {
  switch (thinking.needText('type', 'adaptive, enabled or disabled')) {
    case 'adaptive':
      return { type: 'adaptive', effort };
    case 'disabled':
      leaveEffort(reader, effort, '`thinking` is disabled');
      return { type: 'off' };
    case 'enabled': {
      const tokens = thinking.number('budget_tokens');
      if (tokens === undefined)
        reader.wrong(thinking.token, 'budget_tokens', 'the most tokens to think with, a number');
      leaveEffort(reader, effort, '`thinking.budget_tokens` says how much to think');
      return { type: 'budget', tokens: tokens ?? 0 };
    }
    default:
      // A newer kind: how much is left to the model, and the kind itself is told as not understood.
      reader.ask('unknown', thinking.param('type'));
      return { type: 'adaptive', effort };
  }
}

function leaveEffort(reader: RequestReader, effort: Effort | undefined, why: string): void {
  if (effort !== undefined) reader.notes.push(`output_config.effort was not used: ${why}`);
}

function isEffort(text: string): text is Effort {
  return EFFORTS.has(text);
}
