/** An end of the command that its user can do something about: one line, no stack. */
export class QueryProblem extends Error {}

const COLUMN = /^Referenced column "([^"]+)" not found/;
const TABLE = /^Table with name (\S+) does not exist/;
const CANDIDATES = 'Candidate bindings: ';

/** Of DuckDB's message the first line says what is wrong and another may suggest names; the rest draws an arrow. */
export function problemOf(error: unknown): QueryProblem {
  const text = error instanceof Error ? error.message : String(error);
  const [first = '', ...rest] = text.split('\n').filter((line) => line.trim() !== '');
  const what = first.replace(/^(?:\w+ )+Error: /, '').replace(/[.!]$/, '');
  const column = COLUMN.exec(what)?.[1];
  if (column !== undefined) {
    const candidates = rest.find((line) => line.startsWith(CANDIDATES))?.slice(CANDIDATES.length);
    const hint = candidates === undefined ? '' : `; close ones are ${candidates.replaceAll('"', '')}`;
    return new QueryProblem(`there is no column "${column}"${hint}. \`query\` without SQL lists all.`);
  }
  const table = TABLE.exec(what)?.[1];
  if (table !== undefined)
    return new QueryProblem(`there is no table "${table}"; the one to read is "audit"`);
  const meant = rest.find((line) => line.startsWith('Did you mean '));
  return new QueryProblem(meant === undefined ? what : `${what}. ${meant}`);
}
