import { parseDocument } from 'yaml';
import { configHash } from '../../core/config/hash.ts';
import type { Path } from '../../core/config/not-built.ts';
import type { Config } from '../../core/config/schema.ts';
import { isExactDecimal, validateConfig } from '../../core/config/validate.ts';
import { placesIn } from './config-lines.ts';
import { type ConfigProblem, locate, problemAt } from './config-problem.ts';
import { syntaxProblems } from './config-syntax.ts';
import { type Tree, TreeProblem, treeOf } from './config-tree.ts';

export type { ConfigProblem } from './config-problem.ts';

export type ConfigReading =
  | { readonly ok: true; readonly config: Config; readonly hash: string }
  /** At least one problem, in the order of the file. */
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Characters of a file. A config of 1000 callers and 1000 budgets has about 200,000. */
const MAX_CHARACTERS = 1_000_000;

/**
 * Reads tollgate.yaml. Never throws: whatever is wrong comes back as problems with line, column, path and a hint, all
 * of them at once where the YAML itself can be read. `source` names the file, for the one problem that has no line.
 */
export function readConfig(text: string, source: string): ConfigReading {
  if (text.length > MAX_CHARACTERS) return refused([tooLong(text.length, source)]);
  const places = placesIn(text);
  const document = parseDocument(text, {
    prettyErrors: false,
    merge: true,
    uniqueKeys: true,
  });
  const syntax = syntaxProblems(document, places);
  if (syntax.length > 0) return refused(syntax);
  try {
    const tree = treeOf(document);
    const result = validateConfig(exact(tree, [], tree.value));
    if (result.ok) return { ok: true, config: result.config, hash: configHash(result.config) };
    return refused(result.findings.map((finding) => locate(finding, tree, places)));
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    const { message, hint } = error;
    return refused([problemAt(error.at, places, { message, expected: 'plain YAML', hint })]);
  }
}

/** The problems as text for people: where it is, what is wrong, and how to put it right on a second line. */
export function formatProblems(problems: readonly ConfigProblem[], source: string): string {
  return problems
    .map(({ line, column, path, message, hint }) => {
      const where = `${source}:${line}:${column}${path === '' ? '' : ` ${path}`}`;
      return `${where}: ${message}.\n  Hint: ${hint}\n`;
    })
    .join('');
}

function refused(problems: readonly ConfigProblem[]): ConfigReading {
  return { ok: false, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function tooLong(length: number, source: string): ConfigProblem {
  return problemAt(0, placesIn(''), {
    message: `${source} has ${length} characters`,
    expected: `at most ${MAX_CHARACTERS}`,
    hint: 'Is this a tollgate.yaml? Callers take `*` in place of many entries.',
  });
}

/** A tree's value, with the digits of exact decimals as they were written: `0.10` must not become a float. */
function exact(tree: Tree, path: Path, root: unknown): unknown {
  if (Array.isArray(tree.value)) {
    return [...tree.members.values()].map((member, i) => exact(member.tree, [...path, i], root));
  }
  if (tree.members.size > 0) {
    const members = [...tree.members].map(([key, member]) => [key, exact(member.tree, [...path, key], root)]);
    return Object.fromEntries(members);
  }
  return typeof tree.value === 'number' && isExactDecimal(root, path) ? tree.source : tree.value;
}
