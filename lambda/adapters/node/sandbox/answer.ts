import type { Behaviour } from './behaviours.ts';
import type { SandboxRequest } from './request.ts';
import { sampleOf } from './sample.ts';
import { tokenise } from './tokens.ts';

/** One choice of an answer, cut into tokens: what a stream sends piece by piece and a body sends whole. */
export interface SandboxAnswer {
  readonly kind: 'content' | 'refusal' | 'tool';
  readonly reasoning: readonly string[];
  readonly pieces: readonly string[];
  /** Name of the called tool, for `tool`; it counts as one token. */
  readonly tool: string | undefined;
  readonly finish: 'stop' | 'length' | 'tool_calls';
  /** Tokens in all, reasoning included. */
  readonly tokens: number;
}

/** Characters of the caller's words that become a tool's argument. */
const ARGUMENT_CHARS = 200;
/** Characters of the caller's words that are quoted; an answer to a whole book would stream for hours. */
const QUOTED_CHARS = 16_000;
const REFUSAL = 'I cannot help with that. The sandbox refuses every request to this model.';
const THOUGHT = 'The caller wants an answer. The sandbox quotes the last message, so I will quote it.';
const FILLER =
  'the quick brown fox jumps over the lazy dog while a calm river carries small boats past green hills'.split(
    ' ',
  );

/** The same request always gets the same answer. */
export function answerOf(request: SandboxRequest, behaviour: Behaviour, choice: number): SandboxAnswer {
  const limit = request.maxTokens;
  const thought = behaviour.reasoning ? tokenise(THOUGHT) : [];
  const reasoning = thought.slice(0, limit);
  const tool = behaviour.tool && request.toolResult === undefined ? request.tool : undefined;
  const name = tool === undefined ? 0 : 1;
  const room = Math.max(limit - reasoning.length - name, 0);
  const all =
    tool === undefined ? spoken(request, behaviour, choice, room) : argumentsFor(tool.schema, request);
  const pieces = all.slice(0, room);
  const cut = all.length > pieces.length || reasoning.length < thought.length;
  const kind = tool !== undefined ? 'tool' : behaviour.refusal ? 'refusal' : 'content';
  return {
    kind,
    reasoning,
    pieces,
    tool: tool?.name,
    finish: cut ? 'length' : tool !== undefined ? 'tool_calls' : 'stop',
    tokens: Math.min(reasoning.length + pieces.length + name, limit),
  };
}

function argumentsFor(schema: unknown, request: SandboxRequest): readonly string[] {
  return tokenise(JSON.stringify(sampleOf(schema, shortened(request.said))));
}

function shortened(said: string): string {
  return said.slice(0, ARGUMENT_CHARS).toWellFormed();
}

/** Up to one token more than there is room for, which tells that the answer was cut. */
function spoken(
  request: SandboxRequest,
  behaviour: Behaviour,
  choice: number,
  room: number,
): readonly string[] {
  if (behaviour.refusal) return tokenise(REFUSAL);
  if (behaviour.words !== undefined) return filler(Math.min(behaviour.words, room + 1));
  return tokenise(stopped(textFor(request, choice), request.stop));
}

function textFor(request: SandboxRequest, choice: number): string {
  if (request.answerSchema !== undefined)
    return JSON.stringify(sampleOf(request.answerSchema, shortened(request.said)));
  const which = choice === 0 ? '' : ` (choice ${choice + 1})`;
  if (request.toolResult !== undefined) return `The tool answered: "${quoted(request.toolResult)}"${which}`;
  if (request.said === '')
    return `You said nothing.${which} This is the built-in sandbox: no model was called.`;
  return `You said: "${quoted(request.said)}"${which} This is the built-in sandbox: no model was called.`;
}

function quoted(said: string): string {
  return said.length <= QUOTED_CHARS ? said : `${said.slice(0, QUOTED_CHARS).toWellFormed()}...`;
}

function stopped(text: string, stops: readonly string[]): string {
  const cuts = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return cuts.length === 0 ? text : text.slice(0, Math.min(...cuts));
}

function filler(words: number): string[] {
  return Array.from(
    { length: words },
    (_, index) => `${index === 0 ? '' : ' '}${FILLER[index % FILLER.length]}`,
  );
}
