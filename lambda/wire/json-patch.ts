/** Replaces the bytes [start, end) of an original; with start = end it inserts. */
export interface Patch {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/**
 * Applies patches, given in any order, to a copy. Patches that insert at one place keep their order. Overlapping ones
 * and ones outside of the bytes are a bug and throw. Without patches the very same array comes back.
 */
export function applyPatches(bytes: Uint8Array, patches: readonly Patch[]): Uint8Array {
  if (patches.length === 0) return bytes;
  const ordered = inOrder(patches);
  let length = bytes.length;
  let end = 0;
  for (const patch of ordered) {
    if (patch.start < end || patch.end < patch.start || patch.end > bytes.length) {
      throw new RangeError(
        `patch [${patch.start}, ${patch.end}) overlaps another or leaves the ${bytes.length} bytes`,
      );
    }
    end = patch.end;
    length += patch.bytes.length - (patch.end - patch.start);
  }
  // Every byte is written below, so it need not be zeroed; the slow allocator shares no memory with other buffers.
  const result: Uint8Array = Buffer.allocUnsafeSlow(length);
  let from = 0;
  let to = 0;
  for (const patch of ordered) {
    result.set(bytes.subarray(from, patch.start), to);
    to += patch.start - from;
    result.set(patch.bytes, to);
    to += patch.bytes.length;
    from = patch.end;
  }
  result.set(bytes.subarray(from), to);
  return result;
}

/** By place, what inserts before what replaces from there on; the sort is stable. */
export function inOrder(patches: readonly Patch[]): readonly Patch[] {
  return patches.toSorted((one, other) => one.start - other.start || one.end - other.end);
}
