import type * as z from 'zod';
import { type Finding, oneOf, pathText } from './finding.ts';
import { distance, nearest, nearestPart } from './nearest.ts';
import type { Path } from './not-built.ts';
import { keysAt } from './schema-walk.ts';

interface Place {
  readonly root: z.core.$ZodType;
  readonly value: unknown;
}

/** What other gateways call some of the keys. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['rpm', 'requests_per_minute'],
  ['tpm', 'tokens_per_minute'],
  ['concurrency', 'parallel'],
  ['max_parallel_requests', 'parallel'],
]);

const TWINS: ReadonlyMap<unknown, string> = new Map([
  ['budgets', 'rates'],
  ['rates', 'budgets'],
]);

/**
 * What to say about a key that nobody knows: the known key that it resembles, else the place where a key of that name
 * belongs, else all keys that may stand there. A place is certain only if the name is exact, so one wrong letter goes
 * before it and three wrong letters go behind.
 */
export function unknownKey(path: Path, allowed: readonly string[], place: Place): Finding {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const expected = allowed.length === 0 ? 'no key' : oneOf(allowed);
  const word = key.toLowerCase();
  const slip = allowed.find((each) => distance(word, each, 2) < 2 || each === ELSEWHERE.get(word));
  const elsewhere = slip === undefined ? below(key, parent, allowed, place) : undefined;
  const meant = slip ?? (elsewhere === undefined ? nearest(key, allowed) : undefined);
  const part = meant ?? nearestPart(key, allowed);
  const further = (): string | undefined => above(key, parent, place) ?? beside(key, parent, place);
  const found = elsewhere ?? (meant === undefined ? further() : undefined);
  if (found === undefined && part !== undefined) {
    return { kind: 'unknown', path, at: 'key', expected, meant: part, hint: `Did you mean \`${part}\`?` };
  }
  const otherwise = allowed.length === 0 ? 'Remove it.' : `Allowed here: ${oneOf(allowed)}.`;
  return { kind: 'unknown', path, at: 'key', expected, hint: found ?? otherwise };
}

/** One level further in: in a mapping that may stand here, or in the entries of a list or record. */
function below(key: string, parent: Path, allowed: readonly string[], place: Place): string | undefined {
  for (const child of allowed) {
    if (keysAt(place.root, place.value, [...parent, child]).includes(key)) {
      return `\`${key}\` belongs under \`${child}\`.`;
    }
    const entries = [0, 'name'].flatMap((entry) =>
      keysAt(place.root, place.value, [...parent, child, entry]),
    );
    if (entries.includes(key)) return `\`${key}\` belongs to an entry of \`${child}\`.`;
  }
  return undefined;
}

/** Further out: a key that was indented too far. */
function above(key: string, parent: Path, place: Place): string | undefined {
  for (let length = parent.length - 1; length >= 0; length -= 1) {
    const outer = parent.slice(0, length);
    if (!keysAt(place.root, place.value, outer).includes(key)) continue;
    return `\`${key}\` belongs ${length === 0 ? 'at the top of the file' : `under \`${pathText(outer)}\``}.`;
  }
  return undefined;
}

/** In the other of two sections that are easily taken for each other. */
function beside(key: string, parent: Path, place: Place): string | undefined {
  const twin = parent.length === 2 ? TWINS.get(parent[0]) : undefined;
  if (twin === undefined || !keysAt(place.root, place.value, [twin, 0]).includes(key)) return undefined;
  return `\`${key}\` belongs to an entry of \`${twin}\`.`;
}
