import { checkConfig } from './check.ts';
import { type Finding, pathText } from './finding.ts';
import { findingsOf } from './issues.ts';
import type { Path } from './not-built.ts';
import { type Config, configSchema } from './schema.ts';
import { takesText } from './schema-walk.ts';

export type Validation =
  | { readonly ok: true; readonly config: Config }
  /** At least one finding, in no particular order. */
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Checks a value against the schema and, once its shape is right, each part of it against the others. */
export function validateConfig(value: unknown): Validation {
  const result = configSchema.safeParse(value);
  if (!result.success) {
    const findings = result.error.issues.flatMap((issue) => findingsOf(issue, { root: configSchema, value }));
    return { ok: false, findings: findings.filter((finding) => !isExplained(finding, findings)) };
  }
  const findings = checkConfig(result.data);
  return findings.length > 0 ? { ok: false, findings } : { ok: true, config: result.data };
}

/** Whether a key is missing only because it stands there mistyped, which is said already. */
function isExplained(finding: Finding, all: readonly Finding[]): boolean {
  const parent = pathText(finding.path.slice(0, -1));
  return (
    finding.kind === 'missing' &&
    all.some((other) => other.meant === finding.path.at(-1) && pathText(other.path.slice(0, -1)) === parent)
  );
}

/** Whether the place at `path` holds an exact decimal, so that a reader hands over the digits that were written. */
export function isExactDecimal(value: unknown, path: Path): boolean {
  return takesText(configSchema, value, path);
}
