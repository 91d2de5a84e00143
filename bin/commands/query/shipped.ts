import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QueryProblem } from './problem.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/queries');

/** A query of docs/queries. */
export interface Shipped {
  /** Name of its file without the ending. */
  readonly name: string;
  /** Its first comment line. */
  readonly about: string;
  readonly sql: string;
}

export function shippedQueries(): readonly Shipped[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(FOLDER, file), 'utf8');
      return { name: file.slice(0, -'.sql'.length), about: /^-- (.*)/.exec(sql)?.[1] ?? '', sql };
    });
}

/** The query of that name, or the only one whose name starts so: `spend` is `spend-by-team-model-day`. */
export function shippedQuery(name: string): Shipped {
  const all = shippedQueries();
  const exact = all.find((query) => query.name === name);
  const starting = all.filter((query) => query.name.startsWith(name));
  const [only] = exact === undefined ? starting : [exact];
  if (only !== undefined && (exact !== undefined || starting.length === 1)) return only;
  const names = (starting.length > 1 ? starting : all).map((query) => query.name).join(', ');
  const what =
    starting.length > 1 ? `"${name}" is the start of several` : `there is no shipped query "${name}"`;
  throw new QueryProblem(`${what}: ${names}`);
}
