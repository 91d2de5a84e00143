import type { ChatEvent } from '../../core/chat/events.ts';
import type { Usage } from '../../core/chat/usage.ts';
import { jsonArray, jsonObject, jsonString } from '../../wire/json-write.ts';
import type { AnswerFacts } from '../format.ts';
import { answerId, finishReason, usageJson, warningsJson } from './answer-words.ts';
import { ChoiceDeltas, type Delta } from './choice-deltas.ts';
import { WholeMessage } from './whole-message.ts';
import { modelOf, stopSequenceJson } from './write-stream.ts';

type Finish = Extract<ChatEvent, { type: 'finish' }>;

interface Choice {
  readonly deltas: ChoiceDeltas;
  readonly message: WholeMessage;
  finish: Finish | undefined;
}

/** Writes a whole answer as a `chat.completion`. Source: OpenAI API reference, "The chat completion object". */
export function writeAnswer(
  events: readonly ChatEvent[],
  facts: AnswerFacts,
  costUsd: string | undefined,
): string {
  const start = events.find((event) => event.type === 'start');
  const id = answerId(start?.id ?? '', facts.requestId);
  const choices = new Map<number, Choice>();
  let usage: Usage | undefined;
  for (const event of events) {
    if (event.type === 'usage') usage = event.usage;
    else if ('choice' in event) see(choiceOf(choices, event.choice, id, facts), event);
  }
  // A client's helper reads the first choice, so an answer without any gets an empty one.
  if (choices.size === 0) choiceOf(choices, 0, id, facts);
  const written = [...choices].sort(([a], [b]) => a - b).map(([index, choice]) => choiceJson(index, choice));
  const notes = [...choices.values()].flatMap(({ deltas }) => deltas.sealer.note ?? []);
  return jsonObject({
    id: jsonString(id),
    object: '"chat.completion"',
    created: String(facts.created),
    model: jsonString(modelOf(start?.model, facts.target)),
    choices: jsonArray(written),
    usage: usage === undefined ? undefined : usageJson(usage, costUsd),
    tollgate: warningsJson([...facts.warnings, ...new Set(notes)]),
  });
}

function choiceOf(choices: Map<number, Choice>, index: number, id: string, facts: AnswerFacts): Choice {
  let choice = choices.get(index);
  if (choice === undefined) {
    choice = {
      deltas: new ChoiceDeltas(facts, `${id}/${index}`),
      message: new WholeMessage(),
      finish: undefined,
    };
    choices.set(index, choice);
  }
  return choice;
}

function see(choice: Choice, event: Extract<ChatEvent, { choice: number }>): void {
  if (event.type === 'finish') {
    choice.finish ??= event;
    return;
  }
  const deltas =
    event.type === 'open' ? choice.deltas.open(event.block, event.head) : choice.deltas.see(event);
  addAll(choice.message, deltas);
}

function addAll(message: WholeMessage, deltas: readonly Delta[]): void {
  for (const delta of deltas) message.add(delta);
}

function choiceJson(index: number, { deltas, message, finish }: Choice): string {
  addAll(message, deltas.end(finish?.explanation));
  return jsonObject({
    index: String(index),
    message: message.json(),
    logprobs: 'null',
    finish_reason: jsonString(finishReason(finish?.reason ?? 'other', deltas.calls)),
    native_finish_reason: finish === undefined ? undefined : jsonString(finish.native),
    tollgate: stopSequenceJson(finish?.stopSequence),
  });
}
