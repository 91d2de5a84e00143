import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { HOUSE, type Room } from './support/house.ts';

const FILE_LINES = 300;
const MEDIAN_LINES = 80;
const SOURCE = /^(lambda|lib|bin)\/.*\.ts$/;

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const sources = tracked
  .filter((file) => SOURCE.test(file))
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gm)) {
    found.push({ from: match[2] ?? '', typeOnly: match[1] !== undefined });
  }
  for (const match of text.matchAll(/import\('([^']+)'\)/g))
    found.push({ from: match[1] ?? '', typeOnly: false });
  for (const match of text.matchAll(/^import\s+'([^']+)'/gm))
    found.push({ from: match[1] ?? '', typeOnly: false });
  return found;
}

function roomOf(file: string): Room | undefined {
  return HOUSE.filter(({ path }) => file.startsWith(`${path}/`) || file === path).sort(
    (a, b) => b.path.length - a.path.length,
  )[0];
}

function allowed(file: string, room: Room, { from, typeOnly }: Import): boolean {
  if (from.startsWith('node:'))
    return typeOnly || (room.node ?? []).some((name) => from === name || name === 'node:');
  if (!from.startsWith('.'))
    return (room.packages ?? []).some((name) => from === name || from.startsWith(`${name}/`));
  const target = normalize(join(dirname(file), from));
  if (target.startsWith(`${room.path}/`)) return true;
  return room.imports.some((path) => target === path || target.startsWith(`${path}/`));
}

test('every source file belongs to a room and imports only what its room may', () => {
  const broken = sources.flatMap(({ file, text }) => {
    const room = roomOf(file);
    if (room === undefined)
      return importsOf(text).length === 0 ? [] : [`${file}: no room of test/support/house.ts holds it`];
    return importsOf(text)
      .filter((found) => !allowed(file, room, found))
      .map(({ from }) => `${file} imports ${from}`);
  });
  assert.deepEqual(broken, []);
});

test('siblings do not import each other: formats, dialects, providers', () => {
  const broken = sources.flatMap(({ file, text }) => {
    const own = /^lambda\/(formats|dialects|providers)\/([^/]+)\//.exec(file);
    if (own === null) return [];
    return importsOf(text).flatMap(({ from }) => {
      const other = /^lambda\/(formats|dialects|providers)\/([^/]+)\//.exec(
        normalize(join(dirname(file), from)),
      );
      return other !== null && other[1] === own[1] && other[2] !== own[2] ? [`${file} imports ${from}`] : [];
    });
  });
  assert.deepEqual(broken, []);
});

const BANNED: readonly { readonly what: RegExp; readonly in: RegExp; readonly instead: string }[] = [
  {
    what: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/,
    in: /^lambda\/(core|wire|ledger|pipeline|formats|dialects|providers|jobs)\//,
    instead: 'the clock port',
  },
  {
    what: /\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/,
    in: /^lambda\/(core|wire|ledger|pipeline|formats|dialects|providers|jobs)\//,
    instead: 'the random and ids ports',
  },
  {
    what: /\bset(Timeout|Interval|Immediate)\(/,
    in: /^lambda\/(core|wire|ledger|pipeline|formats|dialects|providers|jobs)\//,
    instead: 'the clock port',
  },
  {
    what: /\bprocess\./,
    in: /^lambda\/(core|wire|ledger|pipeline|formats|dialects|providers|jobs|ports|catalog)\//,
    instead: 'an argument',
  },
  { what: /\bconsole\./, in: /^(lambda|lib)\//, instead: 'the telemetry port' },
  { what: /(?<!\.)\bfetch\(/, in: /^lambda\//, instead: 'the upstream port: fetch costs 0.2 ms a request' },
  { what: /@ts-(ignore|expect-error|nocheck)/, in: SOURCE, instead: 'a type' },
  { what: /\b(TODO|FIXME|XXX)\b/, in: SOURCE, instead: 'doing it, or a decision' },
  { what: /biome-ignore(?![^\n]*: \S)/, in: SOURCE, instead: 'a reason behind the colon' },
];

for (const { what, in: where, instead } of BANNED) {
  test(`${where.source} holds no ${what.source}: use ${instead}`, () => {
    const broken = sources
      .filter(({ file, text }) => where.test(file) && what.test(stripComments(text)))
      .map(({ file }) => file);
    assert.deepEqual(broken, []);
  });
}

function stripComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/(?! biome-ignore)[^\n]*/g, '$1');
}

test(`no source file has more than ${FILE_LINES} lines, and the median stays at ${MEDIAN_LINES} or below`, () => {
  const lengths = sources.map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }));
  assert.deepEqual(
    lengths.filter(({ lines }) => lines > FILE_LINES),
    [],
  );
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
  assert.ok((sorted[Math.floor(sorted.length / 2)] ?? 0) <= MEDIAN_LINES);
});

/** Files that a folder has beside the one that tells its kind. */
const KINDS: readonly { readonly told: RegExp; readonly files: readonly string[] }[] = [
  {
    told: /^lambda\/formats\/[^/]+\/read-stream\.ts$/,
    files: ['upstream', 'support', 'losses', 'write', 'read-answer', 'usage', 'errors'],
  },
  {
    told: /^lambda\/formats\/[^/]+\/write-stream\.ts$/,
    files: ['caller', 'types', 'read', 'read-conversation', 'write-answer'],
  },
  { told: /^lambda\/formats\/[^/]+\/caller\.ts$/, files: ['types', 'read', 'write-answer'] },
  { told: /^lambda\/dialects\/[^/]+\/index\.ts$/, files: ['errors'] },
];

test('folders of one kind have the same files for the same jobs', () => {
  const known = new Set(sources.map(({ file }) => file));
  const missing = [...known].flatMap((file) =>
    KINDS.filter(({ told }) => told.test(file)).flatMap(({ files }) =>
      files.map((name) => file.replace(/[^/]+$/, `${name}.ts`)).filter((wanted) => !known.has(wanted)),
    ),
  );
  assert.deepEqual(missing, []);
});

test('every runtime dependency has a decision that names it', () => {
  // Our own file, in npm's documented shape.
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const decisions = tracked
    .filter((file) => file.startsWith('docs/decisions/'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const silent = Object.keys(manifest.dependencies).filter((name) => !decisions.includes(`\`${name}\``));
  assert.deepEqual(silent, []);
});

test('every version in package.json is pinned exactly', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
    string,
    Record<string, string> | undefined
  >;
  for (const group of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, version] of Object.entries(manifest[group] ?? {}))
      assert.match(version, /^\d/, `${name} is ${version}`);
  }
});

test('no test is skipped, focused or left for later', () => {
  const tests = tracked.filter((file) => /^test\/.*\.test\.ts$/.test(file) && file !== 'test/tidy.test.ts');
  const broken = tests.filter((file) =>
    /\.(only|todo)\(|todo: *true|only: *true/.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(broken, []);
});
