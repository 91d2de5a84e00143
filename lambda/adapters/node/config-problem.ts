import { type Finding, pathText } from '../../core/config/finding.ts';
import type { Places } from './config-lines.ts';
import { MASK, maskKey, maskSecrets } from './config-mask.ts';
import type { Member, Tree } from './config-tree.ts';

/** One thing wrong in a config file. Holds no secret, so that it may be printed, logged or sent on as JSON. */
export interface ConfigProblem {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** `budgets[0].scope`; empty where the file as a whole is meant. */
  readonly path: string;
  /** What is written there, shortened; empty where nothing is. */
  readonly value: string;
  readonly message: string;
  readonly expected: string;
  readonly hint: string;
}

/** Longer values are cut: an error is read in one line. */
const MAX_VALUE = 60;

/** A problem at a place of the file, before its lines are known to be of this path. */
export function problemAt(
  offset: number,
  places: Places,
  rest: Pick<ConfigProblem, 'message' | 'expected' | 'hint'> & {
    readonly path?: string;
    readonly value?: string;
  },
): ConfigProblem {
  const { line, column } = places(offset);
  return {
    line,
    column,
    path: maskSecrets(rest.path ?? ''),
    value: rest.value ?? '',
    message: maskSecrets(rest.message),
    expected: maskSecrets(rest.expected),
    hint: maskSecrets(rest.hint),
  };
}

/** Finds where a finding's path stands, and what is written there. */
export function locate(finding: Finding, root: Tree, places: Places): ConfigProblem {
  const trail = membersOf(finding, root);
  const member = trail.at(-1);
  const complete = trail.length === finding.path.length;
  const shown = shownValue(finding, member?.tree ?? root);
  const path = finding.path.map((part, i) =>
    shown === MASK && finding.at === 'key' && i === finding.path.length - 1 ? MASK : part,
  );
  const at = finding.at === 'value' && complete ? (member?.tree.at ?? root.at) : (member?.keyAt ?? root.at);
  const quoted = quote(shown, finding.at === 'value' ? (member?.tree ?? root) : undefined);
  return problemAt(at, places, {
    path: pathText(path),
    value: shown,
    message: sentence(finding, quoted),
    expected: finding.expected,
    hint: finding.hint,
  });
}

/** The members along a path, as far as the file has them. */
function membersOf(finding: Finding, root: Tree): readonly Member[] {
  const trail: Member[] = [];
  let tree = root;
  for (const part of finding.path) {
    const next = tree.members.get(part);
    if (next === undefined) break;
    trail.push(next);
    tree = next.tree;
  }
  return trail;
}

/** What is written at a finding's place, shortened and without secrets. */
function shownValue(finding: Finding, tree: Tree): string {
  if (finding.at === 'missing') return '';
  const text = finding.at === 'key' ? String(finding.path.at(-1)) : written(tree);
  const [section, , member] = finding.path;
  const isKey = member === 'key' && (section === 'providers' || section === 'callers');
  const besideKey = finding.at === 'key' && finding.path.length === 3;
  const isText = finding.at === 'key' || typeof tree.value !== 'object';
  return isKey && isText && !besideKey ? maskKey(text) : shorten(maskSecrets(text));
}

function written(tree: Tree): string {
  if (Array.isArray(tree.value)) return tree.members.size === 0 ? 'an empty list' : 'a list';
  if (typeof tree.value === 'object' && tree.value !== null) {
    return tree.members.size === 0 ? 'an empty mapping' : 'a mapping';
  }
  return tree.source === undefined || tree.source === '' ? String(tree.value ?? 'nothing') : tree.source;
}

/** Text is shown in quotes, so that `found 3` and `found "3"` differ. */
function quote(shown: string, tree: Tree | undefined): string {
  return tree === undefined || typeof tree.value === 'string' ? JSON.stringify(shown) : shown;
}

function shorten(text: string): string {
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 3)}...`;
}

function sentence(finding: Finding, found: string): string {
  if (finding.kind === 'unknown') return `unknown key ${found}`;
  if (finding.kind !== 'wrong') return finding.message ?? `expected ${finding.expected}`;
  const facts = `found ${found}, expected ${finding.expected}`;
  return finding.message === undefined ? facts : `${finding.message}: ${facts}`;
}
