import type { Json, Settings } from '../../core/chat/conversation.ts';
import type { Capabilities } from '../../core/routing/target.ts';
import { jsonObject } from '../../wire/json-write.ts';
import { strictSchema } from './write-schema.ts';

const JSON_ONLY =
  'Answer with one valid JSON object and nothing else: no text before or after it, and no code fence.';
const SCHEMA_ONLY =
  'Answer with one JSON value and nothing else: no text before or after it, and no code fence. It must be valid under this JSON schema:';

/** How an answer is bound to JSON: by the API itself, or by an instruction behind the caller's own. */
export interface OutputFormat {
  readonly format: Json | undefined;
  readonly instruction: string | undefined;
  /** The API enforces only a part of the schema; the rest is told to the model in descriptions. */
  readonly weakened: boolean;
}

/** The instruction's text depends on the request's format alone, so every turn of a conversation has the same one. */
export function outputFormat(settings: Settings, capabilities: Capabilities): OutputFormat {
  const asked = settings.responseFormat;
  if (asked === undefined) return { format: undefined, instruction: undefined, weakened: false };
  if (asked.type === 'json_object') return { format: undefined, instruction: JSON_ONLY, weakened: false };
  if (capabilities.structuredOutput === false) {
    return { format: undefined, instruction: `${SCHEMA_ONLY}\n${asked.schema}`, weakened: false };
  }
  const { json, weakened } = strictSchema(asked.schema);
  return {
    format: jsonObject({ type: '"json_schema"', schema: json }),
    instruction: undefined,
    weakened,
  };
}
