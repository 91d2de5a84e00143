import type { RequestView } from '../../core/chat/request.ts';
import { wrongValue } from '../../core/chat/wrong-value.ts';
import type { TollgateError } from '../../core/errors.ts';
import { isGiven } from '../../core/json-value.ts';
import { formatPath, type JsonPath } from '../../wire/json-path.ts';
import type { Edit } from '../../wire/json-splice.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { countMedia } from './count-media.ts';
import { makersMembers } from './makers-members.ts';
import { ownEdits, unsignedEdits } from './own-edits.ts';
import { unpriceable } from './read-unpriceable.ts';
import { unseenTokens } from './read-unseen.ts';
import { countSchema, EXPECTED, type MessagesBody, requestSchema } from './types.ts';

/** Reads a request body into the view that the rooms decide on, or says which parameter is wrong and why. */
export function readRequest(tape: JsonTape): RequestView | TollgateError {
  const parsed = requestSchema.safeParse(tape.outline);
  return parsed.success ? viewOf(tape, parsed.data) : explain(tape, parsed.error.issues);
}

/** The same for counting tokens, where nothing is generated: `max_tokens` may be missing and a stream is none. */
export function readCountRequest(tape: JsonTape): RequestView | TollgateError {
  const parsed = countSchema.safeParse(tape.outline);
  if (!parsed.success) return explain(tape, parsed.error.issues);
  return { ...viewOf(tape, parsed.data), stream: false, maxTokens: undefined };
}

/** What takes all reasoning out of a request that was read before. */
export function editsWithoutReasoning(tape: JsonTape): readonly Edit[] {
  const parsed = requestSchema.safeParse(tape.outline);
  return parsed.success ? unsignedEdits(tape, parsed.data) : [];
}

function viewOf(tape: JsonTape, body: MessagesBody): RequestView {
  const media = countMedia(body);
  const makersAt = makersMembers(body);
  const unseen = unseenTokens(media, body);
  return {
    model: textAt(tape, ['model']) ?? body.model,
    stream: body.stream === true,
    includeUsage: true,
    maxTokens: isGiven(body.max_tokens) ? { value: body.max_tokens, param: 'max_tokens' } : undefined,
    choices: 1,
    messages: body.messages.length,
    images: media.images,
    imageBytes: media.imageBytes,
    // A thread that goes on is billed for messages that its server holds and that the body does not show.
    documents: media.documents + (body.thread?.type === 'continue' ? 1 : 0),
    tools: body.tools?.length ?? 0,
    endUser: isGiven(body.metadata?.user_id) ? textAt(tape, ['metadata', 'user_id']) : undefined,
    unpriceable: unpriceable(body),
    tokenIds: undefined,
    thread: isGiven(body.thread),
    own: ownEdits(tape, body),
    ...(unseen === 0 ? {} : { unseenTokens: unseen }),
    ...(makersAt.length === 0 ? {} : { makersAt }),
  };
}

function explain(
  tape: JsonTape,
  issues: readonly { readonly path: readonly PropertyKey[] }[],
): TollgateError {
  const path: JsonPath = (issues[0]?.path ?? []).map((step) =>
    typeof step === 'number' ? step : String(step),
  );
  return wrongValue(tape, path, EXPECTED[formatPath(path).replace(/\[\d+\]/g, '[]')] ?? 'another value');
}

/** A text, decoded; the schema has checked that it is one. */
function textAt(tape: JsonTape, path: JsonPath): string | undefined {
  const token = tape.find(path);
  return token === undefined ? undefined : tape.text(token);
}
