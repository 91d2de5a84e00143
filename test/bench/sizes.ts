import type { Metafile } from 'esbuild';

/** One file of a bundled function. */
export interface Size {
  readonly function: string;
  readonly file: string;
  readonly kb: number;
  /** When a cold start reads it. */
  readonly loaded: 'at start' | 'on demand';
}

/** Every file that esbuild wrote, the larger first; what the entry does not import statically is loaded on demand. */
export function chunksOf(metafiles: Readonly<Record<string, Metafile>>): Size[] {
  return Object.entries(metafiles).flatMap(([name, { outputs }]) => {
    const early = reached(outputs);
    return Object.entries(outputs)
      .map(([file, { bytes }]) => ({
        function: name,
        file: file.split('/').at(-1) ?? file,
        kb: bytes / 1024,
        loaded: early.has(file) ? ('at start' as const) : ('on demand' as const),
      }))
      .sort((one, other) => other.kb - one.kb);
  });
}

function reached(outputs: Metafile['outputs']): ReadonlySet<string> {
  const found = new Set<string>();
  const todo = Object.keys(outputs).filter((file) => file.endsWith('/index.mjs'));
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[path] !== undefined) todo.push(path);
    }
  }
  return found;
}

/** Totals per function, and every file of the gateway. */
export function sizesText(sizes: readonly Size[]): string {
  const total = (chosen: readonly Size[]) => chosen.reduce((sum, { kb }) => sum + kb, 0).toFixed(0);
  const lines = [...new Set(sizes.map((size) => size.function))].map((name) => {
    const own = sizes.filter((size) => size.function === name);
    const early = own.filter(({ loaded }) => loaded === 'at start');
    return `  ${name.padEnd(10)}${total(own).padStart(6)} KB, of which at start ${total(early)} KB`;
  });
  const files = sizes
    .filter((size) => size.function === 'gateway')
    .map(({ file, kb, loaded }) => `    ${kb.toFixed(1).padStart(8)} KB  ${loaded.padEnd(10)} ${file}`);
  return ['bundles, minified', ...lines, '  files of the gateway', ...files].join('\n');
}
