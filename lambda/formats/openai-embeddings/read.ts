import type { Asked } from '../../core/chat/features.ts';
import type { RequestView } from '../../core/chat/request.ts';
import { wrongValue } from '../../core/chat/wrong-value.ts';
import type { EmbeddingsRequest } from '../../core/embeddings/embeddings.ts';
import { TollgateError } from '../../core/errors.ts';
import { isGiven, isRecord } from '../../core/json-value.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { inputShape } from './input.ts';
import { EXPECTED } from './types.ts';

const MODEL_CHARACTERS = 256;

/** Reads a request for embeddings into the view that the rooms decide on, or says which parameter is wrong and why. */
export function readRequest(tape: JsonTape): RequestView | TollgateError {
  const wrong = check(tape);
  if (wrong !== undefined) return wrong;
  const shape = inputShape(tape);
  if (shape instanceof TollgateError) return shape;
  return {
    model: textAt(tape, 'model') ?? '',
    stream: false,
    includeUsage: false,
    maxTokens: undefined,
    choices: 1,
    messages: shape.count,
    images: 0,
    imageBytes: 0,
    documents: 0,
    tools: 0,
    endUser: textAt(tape, 'user'),
    unpriceable: unpriceable(tape),
    tokenIds: shape.tokenIds ? 'input' : undefined,
    thread: false,
    own: [],
  };
}

/**
 * Fields of servers of open models that read something else than `input`, or read it through a template of the caller's.
 * Source: vLLM, "OpenAI-compatible server", "Embeddings API".
 */
const BESIDE_INPUT = ['messages', 'chat_template', 'mm_processor_kwargs', 'extra_body'] as const;

function unpriceable({ outline }: JsonTape): readonly string[] {
  return BESIDE_INPUT.filter((name) => isRecord(outline) && isGiven(outline[name]));
}

/** The whole request for a translation. Token ids belong to one model's vocabulary, so no other can be given them. */
export function readEmbeddings(tape: JsonTape): EmbeddingsRequest | TollgateError {
  const wrong = check(tape);
  if (wrong !== undefined) return wrong;
  const shape = inputShape(tape);
  if (shape instanceof TollgateError) return shape;
  if (shape.tokenIds) {
    return new TollgateError(
      'unsupported_parameter',
      '`input` holds token ids, which only the provider that made the vocabulary can read. Send the text itself',
      { param: 'input' },
    );
  }
  const dimensions = isRecord(tape.outline) ? tape.outline['dimensions'] : undefined;
  return {
    inputs: inputsOf(tape),
    dimensions: typeof dimensions === 'number' ? dimensions : undefined,
    encoding: textAt(tape, 'encoding_format') === 'base64' ? 'base64' : 'float',
    endUser: textAt(tape, 'user'),
    inputType: textAt(tape, 'input_type'),
    asked: askedOf(tape),
  };
}

function inputsOf(tape: JsonTape): readonly string[] {
  const input = tape.find(['input']);
  if (input === undefined) return [];
  if (tape.kind(input) === 'string') return [tape.text(input)];
  return tape.elements(input).map((text) => tape.text(text));
}

/** Parameters that every upstream has in some way, or that ask nothing of it. */
const UNIVERSAL: ReadonlySet<string> = new Set(['model', 'input', 'encoding_format']);

function askedOf(tape: JsonTape): readonly Asked[] {
  return tape.members(0).flatMap(({ key, value }): readonly Asked[] => {
    const param = tape.text(key);
    if (UNIVERSAL.has(param) || tape.kind(value) === 'null') return [];
    return [{ feature: param === 'user' ? 'end_user' : 'unknown', param }];
  });
}

function check(tape: JsonTape): TollgateError | undefined {
  const body = tape.outline;
  if (!isRecord(body)) return wrongValue(tape, [], EXPECTED.body);
  const { model, dimensions, encoding_format: encoding } = body;
  if (typeof model !== 'string' || model === '' || model.length > MODEL_CHARACTERS) {
    return wrongValue(tape, ['model'], EXPECTED.model);
  }
  if (isGiven(dimensions) && !(Number.isSafeInteger(dimensions) && Number(dimensions) > 0)) {
    return wrongValue(tape, ['dimensions'], EXPECTED.dimensions);
  }
  if (isGiven(encoding) && encoding !== 'float' && encoding !== 'base64') {
    return wrongValue(tape, ['encoding_format'], EXPECTED.encoding_format);
  }
  for (const name of ['user', 'input_type'] as const) {
    if (isGiven(body[name]) && typeof body[name] !== 'string')
      return wrongValue(tape, [name], EXPECTED[name]);
  }
  return undefined;
}

/** A string member, decoded. */
function textAt(tape: JsonTape, name: string): string | undefined {
  const token = tape.find([name]);
  return token === undefined || tape.kind(token) !== 'string' ? undefined : tape.text(token);
}
