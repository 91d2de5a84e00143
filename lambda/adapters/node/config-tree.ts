import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';

/** A value of the file with where it stands and how it was written. */
export interface Tree {
  readonly value: unknown;
  /** Offset of its first character. */
  readonly at: number;
  /** The number's or word's own spelling; undefined for mappings and lists. */
  readonly source: string | undefined;
  readonly members: ReadonlyMap<string | number, Member>;
}

export interface Member {
  /** Offset of the key, or of the value where a list has no keys. */
  readonly keyAt: number;
  readonly tree: Tree;
}

/** Something that YAML allows and a config must not hold. */
export class TreeProblem extends Error {
  readonly at: number;
  readonly hint: string;

  constructor(message: string, at: number, hint: string) {
    super(message);
    this.at = at;
    this.hint = hint;
  }
}

/** Values after all aliases are followed. A config of 1000 callers and 1000 budgets has about 10,000. */
const MAX_VALUES = 100_000;
/** Nesting. The deepest key of the schema lies at six. */
const MAX_DEPTH = 32;

/** Each alias is looked up anew from the start of the file. */
const MAX_ALIASES = 1_000;

interface Reading {
  readonly document: Document;
  values: number;
  aliases: number;
}

/** Reads a document's values with their places. Throws a `TreeProblem`. */
export function treeOf(document: Document): Tree {
  return read({ document, values: 0, aliases: 0 }, document.contents, 0, 0);
}

function read(reading: Reading, node: unknown, at: number, depth: number): Tree {
  reading.values += 1;
  if (isAlias(node)) reading.aliases += 1;
  if (reading.values > MAX_VALUES || reading.aliases > MAX_ALIASES || depth > MAX_DEPTH) {
    throw new TreeProblem(
      'aliases or nesting make this file too large',
      at,
      'Write the values out where they are used.',
    );
  }
  if (isAlias(node)) {
    const target = node.resolve(reading.document);
    if (target === undefined) {
      throw new TreeProblem(
        'this alias has no anchor before it',
        startOf(node, at),
        'Add the anchor, or write it out.',
      );
    }
    return read(reading, target, at, depth + 1);
  }
  const start = startOf(node, at);
  if (isMap(node)) return record(start, mapMembers(reading, node, start, depth));
  if (isSeq(node)) {
    const trees = node.items.map((item) => read(reading, item, start, depth + 1));
    const members = new Map(trees.map((tree, i) => [i, { keyAt: tree.at, tree }]));
    return { value: trees.map((tree) => tree.value), at: start, source: undefined, members };
  }
  if (isScalar(node)) return { value: node.value, at: start, source: node.source, members: new Map() };
  return { value: null, at: start, source: '', members: new Map() };
}

function record(at: number, members: ReadonlyMap<string, Member>): Tree {
  const value = Object.fromEntries([...members].map(([key, member]) => [key, member.tree.value]));
  return { value, at, source: undefined, members };
}

/** A mapping's members in order. What `<<` brings in yields to a key that the mapping writes itself. */
function mapMembers(reading: Reading, map: YAMLMap, at: number, depth: number): Map<string, Member> {
  const members = new Map<string, Member>();
  const merged: Tree[] = [];
  for (const pair of map.items) {
    const keyAt = startOf(pair.key, at);
    const key = keyText(pair, keyAt);
    const tree = read(reading, pair.value, keyAt, depth + 1);
    if (key === '<<') merged.push(...sources(tree, keyAt));
    else members.set(key, { keyAt, tree });
  }
  for (const tree of merged) {
    for (const [key, member] of tree.members) {
      if (!members.has(String(key))) members.set(String(key), member);
    }
  }
  return members;
}

/** The mappings that a merge key names: one, or a list of them of which the first goes first. */
function sources(tree: Tree, at: number): readonly Tree[] {
  const trees = Array.isArray(tree.value) ? [...tree.members.values()].map((member) => member.tree) : [tree];
  if (
    trees.some((each) => typeof each.value !== 'object' || each.value === null || Array.isArray(each.value))
  ) {
    throw new TreeProblem('`<<` merges mappings only', at, 'Name an anchor of a mapping: `<<: *name`.');
  }
  return trees;
}

function keyText(pair: Pair, at: number): string {
  const key = isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : undefined;
  if (key === undefined) throw new TreeProblem('a key must be a word', at, 'Write `name: value`.');
  // Objects of JavaScript treat this one name apart, so that what stands under it would be lost.
  if (key === '__proto__') throw new TreeProblem('this key is reserved', at, 'Choose another name.');
  return key;
}

function startOf(node: unknown, otherwise: number): number {
  // Keys and values of a parsed document are nodes or null; only nodes have a range.
  return (node as Node | null)?.range?.[0] ?? otherwise;
}
