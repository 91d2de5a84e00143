import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { formatProblems, readConfig } from '../../../lambda/adapters/node/config-file.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

test('each link between pages leads to a file, and each anchor to a heading', () => {
  const broken = pages.flatMap(({ file, text }) =>
    [...text.replace(/```[\s\S]*?```/g, '').matchAll(/\]\((?!https?:|mailto:)([^)\s]*)\)/g)].flatMap(
      ([, link = '']) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? join(root, file) : join(root, dirname(file), path);
        if (!existsSync(target)) return [`${file}: ${link}`];
        if (anchor === undefined) return [];
        return headings(readFileSync(target, 'utf8')).includes(anchor) ? [] : [`${file}: ${link}`];
      },
    ),
  );
  assert.deepEqual(broken, []);
});

test('each npm script that a page names exists', () => {
  // Our own file, in npm's documented shape.
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const broken = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)].flatMap(([, name = '']) =>
      Object.hasOwn(scripts, name) ? [] : [`${file}: npm run ${name}`],
    ),
  );
  assert.deepEqual(broken, []);
});

test('each whole configuration that a page shows is one that the gateway takes', () => {
  let checked = 0;
  for (const { file, text } of pages) {
    for (const [, block = ''] of text.matchAll(/```(?:yaml|sh)\n([\s\S]*?)```/g)) {
      const config = /<<'?EOF'?\n([\s\S]*?)\nEOF/.exec(block)?.[1] ?? block;
      if (!/^providers:/m.test(config) || !/^models:/m.test(config)) continue;
      const read = readConfig(config, file);
      assert.ok(read.ok, read.ok ? '' : `${file}: ${formatProblems(read.problems, file)}`);
      assert.equal(typeof parse(config), 'object');
      checked += 1;
    }
  }
  assert.ok(checked >= 5, `only ${checked} configurations were found`);
});

/** Anchors of a page's headings, as GitHub makes them. */
function headings(text: string): readonly string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
