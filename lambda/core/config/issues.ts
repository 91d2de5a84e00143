import type * as z from 'zod';
import { type Finding, oneOf } from './finding.ts';
import { nearest } from './nearest.ts';
import { notBuiltKey, notBuiltValue, type Path } from './not-built.ts';
import { descriptionAt, keysAt } from './schema-walk.ts';
import { unknownKey } from './unknown-key.ts';

type Issue = z.core.$ZodIssue;

/** What an issue is judged against: the schema's root and the whole value that was read. */
export interface Place {
  readonly root: z.core.$ZodType;
  readonly value: unknown;
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a mapping of keys to values',
  record: 'a mapping of names to values',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
};

/** Turns one complaint of the schema into what a person needs: what was expected there, and how to put it right. */
export function findingsOf(issue: Issue, place: Place): readonly Finding[] {
  const path = pathOf(issue.path);
  // Where the word that chooses a variant is wrong, the schema looks no further; a mistyped key beside it may be why.
  if (issue.code === 'invalid_union' && options(issue).length > 0) {
    return [...strangers(path.slice(0, -1), place), ...unexpected(issue, path, place)];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknown([...path, key], place));
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? 'another name';
    return [{ kind: 'wrong', path, at: 'key', expected, hint: describe(path, place) }];
  }
  return unexpected(issue, path, place);
}

function unexpected(issue: Issue, path: Path, place: Place): readonly Finding[] {
  const value = path.reduce<unknown>(member, place.value);
  if (value === undefined) return [missing(path, place)];
  const notBuilt = notBuiltValue(path, value);
  const expected = expectation(issue);
  if (notBuilt !== undefined) {
    return [{ kind: 'not_built', path, at: 'value', message: notBuilt, expected, hint: NOT_BUILT_HINT }];
  }
  return [{ kind: 'wrong', path, at: 'value', expected, hint: hintFor(issue, value, path, place) }];
}

const NOT_BUILT_HINT = 'docs/reference/configuration.md lists what is not built yet.';

function unknown(path: Path, place: Place): Finding {
  const parent = path.slice(0, -1);
  const allowed = keysAt(place.root, place.value, parent);
  const notBuilt = notBuiltKey(path);
  if (notBuilt !== undefined) {
    const expected = oneOf(allowed);
    return { kind: 'not_built', path, at: 'key', message: notBuilt, expected, hint: NOT_BUILT_HINT };
  }
  return unknownKey(path, allowed, place);
}

/** The keys of a mapping that none of its variants knows. */
function strangers(path: Path, place: Place): readonly Finding[] {
  const allowed = keysAt(place.root, place.value, path);
  const value = path.reduce<unknown>(member, place.value);
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return keys.filter((key) => !allowed.includes(key)).map((key) => unknown([...path, key], place));
}

function missing(path: Path, place: Place): Finding {
  const key = String(path.at(-1));
  return {
    kind: 'missing',
    path,
    at: 'missing',
    message: `the required key \`${key}\` is missing`,
    expected: `\`${key}\``,
    hint: `Add \`${key}\`. ${describe(path, place)}`,
  };
}

/** What the schema wanted, in words that fit after "expected". */
function expectation(issue: Issue): string {
  if (issue.code === 'invalid_type') return KINDS[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String));
  if (issue.code === 'invalid_union')
    return options(issue).length > 0 ? oneOf(options(issue)) : issue.message;
  // The schema's own words come first; the library's default ones for numbers are said in ours.
  if (!issue.message.startsWith('Too ')) return issue.message;
  if (issue.code === 'too_small') return `a whole number of at least ${least(issue)}`;
  return issue.code === 'too_big' ? `a whole number of at most ${issue.maximum}` : issue.message;
}

function least(issue: {
  readonly minimum: number | bigint;
  readonly inclusive?: boolean | undefined;
}): string {
  return issue.inclusive === false ? String(BigInt(issue.minimum) + 1n) : String(issue.minimum);
}

/** The values that a union tells its variants apart by. */
function options(issue: Issue): readonly string[] {
  const found = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  return found.filter((option) => typeof option === 'string');
}

function hintFor(issue: Issue, value: unknown, path: Path, place: Place): string {
  const known = issue.code === 'invalid_value' ? issue.values.map(String) : options(issue);
  const meant = typeof value === 'string' ? nearest(value, known) : undefined;
  if (meant !== undefined) return `Did you mean \`${meant}\`?`;
  const about = describe(path, place);
  if (value === null) return `Nothing is written here: give a value or leave the key out. ${about}`;
  if (issue.code !== 'invalid_type') return about;
  if (path.at(-1) === 'key' && typeof value === 'string') {
    return 'Keep keys out of this file: write `key: { env: NAME }` with the name of the variable that holds it.';
  }
  if (issue.expected === 'string') return `Put the text in quotes. ${about}`;
  if (typeof value === 'string' && ['number', 'int', 'boolean'].includes(issue.expected)) {
    return `Write it without quotes. ${about}`;
  }
  return about;
}

/** What the place is for, or what its parent is for where it has no words of its own. */
function describe(path: Path, place: Place): string {
  if (path.length === 0) return `The file needs \`providers\` and \`models\`.`;
  for (let length = path.length; length > 0; length -= 1) {
    const text = descriptionAt(place.root, place.value, path.slice(0, length));
    if (text !== undefined) return text;
  }
  return 'docs/reference/configuration.md describes every key.';
}

function member(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function pathOf(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}
