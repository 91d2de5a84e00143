import { applyPatches, inOrder, type Patch } from './json-patch.ts';
import { formatPath, type JsonPath } from './json-path.ts';
import type { JsonTape } from './json-tape.ts';
import { EditNode, type Slot } from './json-tree.ts';

export { applyPatches, type Patch } from './json-patch.ts';

/**
 * One change of a JSON value. Paths are those of the value as the edits before it left it.
 * - `set` replaces the value at the path, or appends a missing member last in its object, or an element at an array's
 *   length. Parents that are missing become objects; so does a parent that is none (`stream_options: null`) when a
 *   name leads into it. `json` must be a JSON text.
 * - `remove` takes a member or an element; a missing one is no matter.
 * - `rename` gives a member another key in the same place; a missing one is no matter.
 *
 * What cannot be meant throws a RangeError: a position into something that is no array or behind its end, removing or
 * renaming the root, renaming an element, and renaming to a key that the object already has, for that would repeat it.
 */
export type Edit =
  | { readonly op: 'set'; readonly path: JsonPath; readonly json: string }
  | { readonly op: 'remove'; readonly path: JsonPath }
  | { readonly op: 'rename'; readonly path: JsonPath; readonly key: string };

/**
 * Applies edits in their order to the original bytes of `tape`, so that everything else keeps its bytes: unknown fields,
 * spellings of numbers, white space, and so the prefix under which a provider caches the prompt. The same edits give
 * the same bytes. `patches` (in offsets of the original, inside string, key or number tokens) go into the same pass; one
 * that lies in what an edit replaced or removed is dropped, so the new value of a `set` must itself be fit to leave.
 * Nothing to do gives the very same array.
 */
export function splice(
  bytes: Uint8Array,
  tape: JsonTape,
  edits: readonly Edit[],
  patches: readonly Patch[] = [],
): Uint8Array {
  if (edits.length === 0) return applyPatches(bytes, patches);
  const root = new EditNode(tape, 0);
  for (const edit of edits) {
    if (edit.op === 'set') set(root, edit.path, edit.json);
    else if (edit.op === 'rename') rename(root, edit.path, edit.key);
    else {
      const slot = find(root, edit.path);
      if (slot !== undefined) slot.removed = true;
    }
  }
  const structural: Patch[] = [];
  root.collect(structural);
  return applyPatches(bytes, [...structural, ...outside(structural, patches)]);
}

/** The patches that do not lie in the range of a structural one. */
function outside(structural: readonly Patch[], patches: readonly Patch[]): readonly Patch[] {
  if (patches.length === 0 || structural.length === 0) return patches;
  const ranges = inOrder(structural.filter((patch) => patch.end > patch.start));
  let at = 0;
  return inOrder(patches).filter((patch) => {
    while (at < ranges.length && (ranges[at]?.end ?? 0) <= patch.start) at += 1;
    const range = ranges[at];
    return range === undefined || patch.start < range.start || patch.end > range.end;
  });
}

function set(root: EditNode, path: JsonPath, json: string): void {
  let node = root;
  for (const part of path) node = (node.slot(part) ?? add(node, part, path)).value;
  node.replace(json);
}

function add(node: EditNode, part: string | number, path: JsonPath): Slot {
  if (typeof part === 'string') {
    if (!node.isObject()) node.replace('{}');
    return node.append(part);
  }
  if (!node.isArray() || node.size() !== part) {
    throw new RangeError(`no array has a place for ${formatPath(path)}`);
  }
  return node.append(undefined);
}

function rename(root: EditNode, path: JsonPath, key: string): void {
  const slot = find(root, path);
  if (typeof path.at(-1) === 'number') throw new RangeError(`${formatPath(path)} has no key to rename`);
  if (slot === undefined || slot.key === key) return;
  if (find(root, [...path.slice(0, -1), key]) !== undefined) {
    throw new RangeError(`renaming ${formatPath(path)} would repeat a key of its object`);
  }
  slot.key = key;
  slot.renamed = true;
}

function find(root: EditNode, path: JsonPath): Slot | undefined {
  if (path.length === 0) throw new RangeError('the root can be replaced only');
  let slot: Slot | undefined;
  for (const part of path) {
    slot = (slot?.value ?? root).slot(part);
    if (slot === undefined) return undefined;
  }
  return slot;
}
