import { type Document, type ErrorCode, isMap, isNode, isScalar, isSeq } from 'yaml';
import { pathText } from '../../core/config/finding.ts';
import type { Path } from '../../core/config/not-built.ts';
import type { Places } from './config-lines.ts';
import { maskSecrets } from './config-mask.ts';
import { type ConfigProblem, problemAt } from './config-problem.ts';

const HINTS: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'Remove one of the two: the later one would replace the earlier one.',
  MULTIPLE_DOCS: 'Keep one document: remove the `---`.',
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_INDENT: 'Give everything of one mapping or list the same indentation.',
  MISSING_CHAR: 'Close the quote or bracket, or add the `:` or `,` that is missing.',
  BLOCK_AS_IMPLICIT_KEY: 'A value that contains `: ` needs quotes.',
  BAD_SCALAR_START: 'A value that starts with @, `, %, & or * needs quotes.',
  BAD_ALIAS: 'A value that starts with * needs quotes.',
  TAG_RESOLVE_FAILED: 'Remove the tag that starts with `!`; the file needs none.',
};

/** Where the library's words are about its own interface, or do not say what is at stake. */
const OWN: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'this file holds more than one document',
  DUPLICATE_KEY: 'this key stands here twice',
};

/** Everything that YAML itself objects to. Its warnings count too: they are about things that would be ignored. */
export function syntaxProblems(document: Document, places: Places): readonly ConfigProblem[] {
  return [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    const path = code === 'DUPLICATE_KEY' ? keyPath(document.contents, pos[0], []) : [];
    return problemAt(pos[0], places, {
      path: pathText(path),
      value: maskSecrets(String(path.at(-1) ?? '')),
      message: OWN[code] ?? sentence(message),
      expected: 'valid YAML 1.2',
      hint: HINTS[code] ?? 'Check indentation, quotes and brackets on this line and the one above it.',
    });
  });
}

/** The library's message in the form of ours: no capital, no full stop, and no line of the file quoted. */
function sentence(message: string): string {
  const first = message.split('\n')[0] ?? '';
  const line = first.replace(/: ".*$/, '').replace(/[.:]\s*$/, '');
  return line.charAt(0).toLowerCase() + line.slice(1);
}

/** The path of the key at an offset, as far as a document with errors can be walked; empty where it is not found. */
function keyPath(node: unknown, offset: number, path: Path): Path {
  if (!isNode(node) || (node.range?.[0] ?? 0) > offset || (node.range?.[2] ?? 0) < offset) return [];
  if (isSeq(node)) return firstPath(node.items.map((item, i) => keyPath(item, offset, [...path, i])));
  if (!isMap(node)) return [];
  return firstPath(
    node.items.map((pair) => {
      const key = isScalar(pair.key) ? String(pair.key.source ?? pair.key.value) : '?';
      const here = [...path, key];
      return isNode(pair.key) && pair.key.range?.[0] === offset ? here : keyPath(pair.value, offset, here);
    }),
  );
}

function firstPath(paths: readonly Path[]): Path {
  return paths.find((path) => path.length > 0) ?? [];
}
