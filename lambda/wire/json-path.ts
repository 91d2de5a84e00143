/** A way into a JSON value: member names and element positions, from the root. */
export type JsonPath = readonly (string | number)[];

const PLAIN = /^[A-Za-z_$][\w$-]*$/;

/** Characters of a member name that a printed path shows; a caller can send names of megabytes. */
const SHOWN_NAME = 64;

/** Prints a path as callers know it from SDK errors: `messages[2].content`, `a["b c"]`; empty for the root. */
export function formatPath(path: JsonPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!PLAIN.test(part) || part.length > SHOWN_NAME) text += `[${JSON.stringify(shorten(part))}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

function shorten(name: string): string {
  return name.length > SHOWN_NAME ? `${name.slice(0, SHOWN_NAME)}…` : name;
}
