/**
 * Builds JSON text from pieces that may be JSON text already, so that what a caller or a provider wrote (numbers, schemas,
 * tool arguments) passes through a translation with its own bytes.
 */

/** A string as JSON text. */
export function jsonString(text: string): string {
  return JSON.stringify(text);
}

/** An object from names to JSON texts, in their order; members that are undefined are left out. */
export function jsonObject(members: Readonly<Record<string, string | undefined>>): string {
  let text = '{';
  for (const name in members) {
    const value = members[name];
    if (value === undefined) continue;
    text += text.length === 1 ? `${JSON.stringify(name)}:${value}` : `,${JSON.stringify(name)}:${value}`;
  }
  return `${text}}`;
}

/** An array of JSON texts. */
export function jsonArray(elements: readonly string[]): string {
  return `[${elements.join(',')}]`;
}

/** A value as JSON text; undefined stays undefined, so that it can be left out. */
export function jsonValue(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
