import { covers, principalOf, principalPattern } from '../identity/principal.ts';
import type { Finding } from './finding.ts';
import { nearest } from './nearest.ts';
import type { Path } from './not-built.ts';
import type { Config } from './schema.ts';

const FORM =
  'the variable of a development key, or the ARN of one role or IAM user, such as `key:arn:aws:sts::123456789012:assumed-role/search-web`';

/** Complains about `key:NAME` where NAME can never be what a caller is known by. `entry` is what the limit is called. */
export function keyFinding(config: Config, path: Path, name: string, entry: string): readonly Finding[] {
  return name.startsWith('arn:') ? arn(config, path, name, entry) : variable(config, path, name, entry);
}

function variable(config: Config, path: Path, name: string, entry: string): readonly Finding[] {
  const callers = config.callers ?? [];
  const known = callers.flatMap(({ key }) => (key === undefined ? [] : [key.env]));
  if (callers.length === 0 || known.includes(name)) return [];
  const meant = nearest(name, known);
  return wrong(path, {
    message: `no entry of \`callers\` has this key, so the ${entry} would never apply`,
    expected: 'the `key.env` of a caller',
    hint: hintOf(meant, entry),
  });
}

function arn(config: Config, path: Path, name: string, entry: string): readonly Finding[] {
  if (name.includes('*') || principalOf(name)?.name !== name) return spelling(path, name, entry);
  const patterns = (config.callers ?? []).flatMap((caller) => {
    const pattern = caller.principal === undefined ? undefined : principalPattern(caller.principal);
    return pattern?.ok === true ? [pattern.pattern] : [];
  });
  if (patterns.length === 0 || patterns.some((pattern) => covers(pattern, name))) return [];
  // ARNs of one account differ in their last part alone, so that is where a slip is looked for.
  const known = new Map(patterns.filter((each) => !each.includes('*')).map((each) => [lastPart(each), each]));
  const meant = nearest(lastPart(name), known.keys());
  return wrong(path, {
    message: 'no entry of `callers` covers this principal',
    expected: 'a principal that `callers` covers',
    hint: hintOf(meant === undefined ? undefined : known.get(meant), entry),
  });
}

/** An ARN that is not spelled as AWS proves it: with a session, as a role is defined, or for several at once. */
function spelling(path: Path, name: string, entry: string): readonly Finding[] {
  if (name.includes('*')) {
    return wrong(path, {
      message: 'a key is one principal, and this pattern names several',
      expected: `${FORM}, or \`key:*\``,
      hint: `\`key:*\` gives each principal its own ${entry}. For a group, map the pattern to a team or app under \`callers\`.`,
    });
  }
  const session = principalOf(name);
  const pattern = principalPattern(name);
  const known = session?.name ?? (pattern.ok ? principalOf(pattern.pattern)?.name : undefined);
  return wrong(path, {
    message:
      session === undefined
        ? 'no caller is known by this ARN'
        : 'a role is limited without its session, which whoever assumes it chooses',
    expected: FORM,
    hint: known === undefined ? 'Name the principal as audit rows do.' : `Write \`key:${known}\`.`,
  });
}

function hintOf(meant: string | undefined, entry: string): string {
  const advice = `Add the caller under \`callers\`, or remove the ${entry}.`;
  return meant === undefined ? advice : `Did you mean \`key:${meant}\`? ${advice}`;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

function wrong(path: Path, words: Pick<Finding, 'message' | 'expected' | 'hint'>): readonly Finding[] {
  return [{ path, kind: 'wrong', at: 'value', ...words }];
}
