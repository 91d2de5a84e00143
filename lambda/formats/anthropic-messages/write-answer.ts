import { type AnswerBlock, foldAnswer } from '../../core/chat/answer.ts';
import type { ChatEvent } from '../../core/chat/events.ts';
import { ownSignature } from '../../core/chat/own-signature.ts';
import { jsonArray, jsonObject, jsonString } from '../../wire/json-write.ts';
import type { AnswerFacts } from '../format.ts';
import { messageId, modelName, ToolCallIds } from './answer-ids.ts';
import { inputOf, messageUsage, ownCitations, rawBlock, stopMembers, toolUse } from './answer-parts.ts';

/**
 * A whole answer of any upstream as a message. A message has one choice, so only the first is written. The cost is told
 * by a header: usage has no place for it.
 */
export function writeAnswer(events: readonly ChatEvent[], facts: AnswerFacts): string {
  const answer = foldAnswer(events);
  const choice = answer.choices.find(({ index }) => index === 0);
  const blocks = choice?.blocks ?? [];
  const ids = new ToolCallIds(answer.id);
  return jsonObject({
    id: jsonString(messageId(answer.id, facts)),
    type: '"message"',
    role: '"assistant"',
    model: jsonString(modelName(answer.model, facts)),
    content: jsonArray(blocks.flatMap((block, position) => written(block, position, ids))),
    ...stopMembers(
      choice?.finish,
      blocks.some(({ head }) => head.kind === 'tool_call'),
    ),
    container: 'null',
    diagnostics: 'null',
    usage: messageUsage(answer.usage),
    tollgate:
      facts.warnings.length === 0
        ? undefined
        : jsonObject({ warnings: jsonArray(facts.warnings.map(jsonString)) }),
  });
}

/** A block as JSON; none where it says nothing, because a client would send an empty text back and be refused. */
function written(block: AnswerBlock, position: number, ids: ToolCallIds): readonly string[] {
  const { head, text } = block;
  switch (head.kind) {
    case 'text':
    case 'refusal': {
      const citations = ownCitations(block.citations);
      if (text === '' && citations.length === 0) return [];
      const sources = citations.length === 0 ? 'null' : jsonArray(citations);
      return [jsonObject({ type: '"text"', text: jsonString(text), citations: sources })];
    }
    case 'reasoning': {
      const { signature, details } = block;
      if (text === '' && signature === undefined && details === undefined) return [];
      return [
        jsonObject({
          type: '"thinking"',
          thinking: jsonString(text),
          signature: jsonString(signature ?? ownSignature(details)),
        }),
      ];
    }
    case 'tool_call': {
      const id = ids.idFor(head.id, position, head.name);
      const input = head.custom ? jsonObject({ input: jsonString(text) }) : inputOf(text);
      return [toolUse(id, head.name, input)];
    }
    default: {
      const raw = rawBlock(head);
      return raw === undefined ? [] : [raw];
    }
  }
}
