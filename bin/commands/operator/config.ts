import { existsSync, readFileSync } from 'node:fs';
import { formatProblems, readConfig } from '../../../lambda/adapters/node/config-file.ts';
import type { Config, LimitsConfig } from '../../../lambda/core/config/schema.ts';
import type { Head } from '../../../lambda/ledger/head.ts';
import { limitsInForce, type Reads } from '../../../lambda/ledger/in-force.ts';
import { OperateProblem } from '../../../lambda/ledger/operate/problem.ts';

export const DEFAULT_CONFIG = 'tollgate.yaml';

/** Limits, and where they come from, for a person. */
export interface SourcedLimits {
  readonly limits: LimitsConfig;
  readonly source: string;
}

/** The limits in force; those of the file where no gateway has told the ledger its own yet. */
export async function limitsOr(file: string | undefined, store: Reads, head: Head): Promise<SourcedLimits> {
  const limits = await limitsInForce(store, head);
  if (limits !== undefined) return { limits, source: `config number ${head.number}` };
  return { limits: configOf(file), source: file ?? DEFAULT_CONFIG };
}

/** Reads a config. Throws an `OperateProblem` that names everything that is wrong with it. */
export function configOf(file: string = DEFAULT_CONFIG): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new OperateProblem(`cannot read the config ${file}; name it with --config`);
  }
  const reading = readConfig(text, file);
  if (reading.ok) return reading.config;
  throw new OperateProblem(`the config has problems\n${formatProblems(reading.problems, file)}`.trimEnd());
}

/** The config, or undefined where none was named and there is none here. */
export function configIfAny(file: string | undefined): Config | undefined {
  return file === undefined && !existsSync(DEFAULT_CONFIG) ? undefined : configOf(file);
}
