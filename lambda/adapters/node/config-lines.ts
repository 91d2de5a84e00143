/** Finds line and column, both from 1, of an offset in a text; what lies behind the text is at its end. */
export type Places = (offset: number) => { readonly line: number; readonly column: number };

/**
 * The lines of a text. The YAML library counts those that its lexer passes, which leaves out some where a quote or
 * bracket stays open.
 */
export function placesIn(text: string): Places {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const at = Math.min(Math.max(offset, 0), text.length);
    const line = starts.findLastIndex((start) => start <= at);
    return { line: line + 1, column: at - (starts[line] ?? 0) + 1 };
  };
}
