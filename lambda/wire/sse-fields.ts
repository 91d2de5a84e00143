/** One server-sent event as it came. */
export interface SseEvent {
  /** The whole event with the blank line that ends it, byte for byte. */
  readonly raw: Uint8Array;
  /** The last `event:` field; undefined where there is none or it is empty. */
  readonly event: string | undefined;
  /** The `data:` lines joined by line feeds; undefined where there are none (comments, retry, blank lines). */
  readonly data: string | undefined;
}

const LF = 0x0a;
const CR = 0x0d;

/** Reads the fields of a whole event, of which `from` bytes (a byte order mark) are skipped. `crs`: a CR may occur. */
export function readEvent(raw: Buffer, from: number, crs: boolean): SseEvent {
  let event: string | undefined;
  let data: string | undefined;
  let lines: string[] | undefined;
  for (let at = from; at < raw.length; ) {
    const end = lineEnd(raw, at, crs);
    if (isData(raw, at, end)) {
      const value = fieldValue(raw, at + 4, end);
      if (data === undefined) data = value;
      else {
        lines ??= [data];
        lines.push(value);
      }
    } else if (isEvent(raw, at, end)) event = fieldValue(raw, at + 5, end) || undefined;
    at = end + 1;
  }
  return { raw, event, data: lines === undefined ? data : lines.join('\n') };
}

/** Offset of the next line end; between CR and LF lies an empty line then, which says nothing. */
function lineEnd(raw: Buffer, at: number, crs: boolean): number {
  const lf = raw.indexOf(LF, at);
  const end = lf === -1 ? raw.length : lf;
  if (!crs) return end;
  const cr = raw.subarray(at, end).indexOf(CR);
  return cr === -1 ? end : at + cr;
}

/** Whether the line's name is `data`: a colon follows, or nothing. */
function isData(raw: Buffer, at: number, end: number): boolean {
  return (
    raw[at] === 0x64 &&
    raw[at + 1] === 0x61 &&
    raw[at + 2] === 0x74 &&
    raw[at + 3] === 0x61 &&
    (raw[at + 4] === 0x3a || end === at + 4)
  );
}

function isEvent(raw: Buffer, at: number, end: number): boolean {
  return (
    raw[at] === 0x65 &&
    raw[at + 1] === 0x76 &&
    raw[at + 2] === 0x65 &&
    raw[at + 3] === 0x6e &&
    raw[at + 4] === 0x74 &&
    (raw[at + 5] === 0x3a || end === at + 5)
  );
}

/** What stands behind the colon at `colon` and at most one space; empty where the line ends instead. */
function fieldValue(raw: Buffer, colon: number, end: number): string {
  const start = raw[colon + 1] === 0x20 ? colon + 2 : colon + 1;
  return start >= end ? '' : raw.toString('utf8', start, end);
}
