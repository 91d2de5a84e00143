import type { RequestView } from '../../core/chat/request.ts';
import type { TollgateError } from '../../core/errors.ts';
import { anthropicCount, anthropicMessages } from '../../formats/anthropic-messages/upstream.ts';
import { readHttpError } from '../../formats/bedrock-converse/errors.ts';
import type { ChatUpstream, CountUpstream, SendFacts } from '../../formats/format.ts';
import { scanJson } from '../../wire/json-scan.ts';
import { type Edit, splice } from '../../wire/json-splice.ts';
import { JsonTape } from '../../wire/json-tape.ts';
import type { Asks } from '../provider.ts';
import { type BetaRule, CONTEXT_MANAGEMENT, NO_BETAS } from './betas.ts';

/** The version of the Messages format that InvokeModel takes. Source: AWS, Bedrock user guide, "Claude Messages API". */
const VERSION = 'bedrock-2023-05-31';
/** An output cap beside which tokens are counted where none is known: every Claude that Bedrock counts for can write it. */
const COUNTED_MAX_TOKENS = 8_192;
/** Nesting of a request that was written here: a caller's body within its own limit, and what stands around its parts. */
const WRITTEN_DEPTH = 512;

/** Members of the Messages API that InvokeModel refuses as unknown. */
const UNKNOWN_MEMBERS = ['metadata', 'service_tier', 'container', 'inference_geo'];

/** Claude's own format over InvokeModel, where model and streaming are in the path, and errors are Bedrock's. */
export const claude: ChatUpstream = {
  ...anthropicMessages,
  write: (conversation, send) =>
    edited(anthropicMessages.write(conversation, send), invokeEdits(send, NO_BETAS)),
  readHttpError,
};

/** The same with CountTokens, which is answered in the words of the Messages API. */
export const claudeCount: CountUpstream = {
  ...anthropicCount,
  write: (conversation, send) => edited(anthropicCount.write(conversation, send), countEdits(send, NO_BETAS)),
  readHttpError,
};

/** Takes out what only Anthropic's own API knows of tools and instructions; the answer is to the same question. */
export function makersEdits({ makersAt = [] }: RequestView): readonly Edit[] {
  return makersAt.map((path) => ({ op: 'remove', path }));
}

/** What must differ from a request of the Messages API. Betas are a header there and a member here. */
export function invokeEdits(send: SendFacts, betas: BetaRule): readonly Edit[] {
  const kept = betas(send.callerHeaders).kept;
  const edits: Edit[] = [
    ...['model', 'stream', ...UNKNOWN_MEMBERS].map((name) => ({ op: 'remove', path: [name] }) as const),
    { op: 'set', path: ['anthropic_version'], json: JSON.stringify(VERSION) },
  ];
  if (!kept.includes(CONTEXT_MANAGEMENT)) edits.push({ op: 'remove', path: ['context_management'] });
  if (kept.length > 0) edits.push({ op: 'set', path: ['anthropic_beta'], json: JSON.stringify(kept) });
  return edits;
}

/** What a caller of the Messages API is told about a request that goes to Bedrock. */
export function invokeNotes(asks: Asks, betas: BetaRule): readonly string[] {
  const { kept, left } = betas(asks.headers);
  const members = UNKNOWN_MEMBERS.filter((name) => asks.has(name));
  if (asks.has('context_management') && !kept.includes(CONTEXT_MANAGEMENT))
    members.push('context_management');
  return [
    ...left.map((beta) => `anthropic-beta ${beta} dropped: Bedrock does not know it`),
    ...members.map((name) => `${name} dropped: Bedrock does not take it`),
  ];
}

/**
 * InvokeModel wants an output cap even where nothing is generated, and the count endpoint of the Messages API has none. It
 * is the model's own, which leaves room for every budget of thinking.
 */
export function countEdits(send: SendFacts, betas: BetaRule): readonly Edit[] {
  const cap = send.capabilities.maxOutputTokens ?? COUNTED_MAX_TOKENS;
  return [...invokeEdits(send, betas), { op: 'set', path: ['max_tokens'], json: String(cap) }];
}

function edited(written: string | TollgateError, edits: readonly Edit[]): string | TollgateError {
  if (typeof written !== 'string') return written;
  const bytes = Buffer.from(written);
  const tape = scanJson(bytes, WRITTEN_DEPTH);
  if (!(tape instanceof JsonTape)) throw new Error(`Bug! a written request is no JSON: ${tape.problem}`);
  return Buffer.from(splice(bytes, tape, edits)).toString();
}
