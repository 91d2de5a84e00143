import { jsonObject, jsonString } from '../../wire/json-write.ts';
import { isRecord } from '../json-value.ts';
import type { Json } from './conversation.ts';

/**
 * The arguments of a call for a format in which they are an object: as they were written, or, where a model left them out,
 * was cut in the middle of them or wrote something else, what stands for them.
 */
export function inputObject(text: string): Json {
  if (text.trim() === '') return '{}';
  return isObjectText(text) ? text : jsonObject({ _raw: jsonString(text) });
}

function isObjectText(text: string): boolean {
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return false;
  }
}
