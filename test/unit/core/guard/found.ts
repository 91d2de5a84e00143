import { type DetectOptions, detect } from '../../../../lambda/core/guard/detect.ts';

/** What is found in a text, as `TYPE value`. */
export function found(text: string, options?: DetectOptions): readonly string[] {
  return detect(text, options).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}
