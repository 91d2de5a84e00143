import type { Room } from './house.ts';

export const BEGIN = '<!-- house: begin -->';
export const END = '<!-- house: end -->';

/** The import table as docs/ARCHITECTURE.md shows it. */
export function houseTable(rooms: readonly Room[]): string {
  return [
    '| folder | what it is | may import | packages | built-in modules |',
    '|---|---|---|---|---|',
    ...rooms.map(
      ({ path, why, imports, packages, node }) =>
        `| \`${path}\` | ${why} | ${list(imports)} | ${list(packages ?? [])} | ${nodeList(node ?? [])} |`,
    ),
  ].join('\n');
}

/** `page` with the table between its markers replaced; undefined where the markers are missing. */
export function withHouseTable(page: string, rooms: readonly Room[]): string | undefined {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) return undefined;
  return `${page.slice(0, begin)}${BEGIN}\n${houseTable(rooms)}\n${page.slice(end)}`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function nodeList(names: readonly string[]): string {
  return names.includes('node:') ? 'all' : list(names);
}
