import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { formatProblems, readConfig } from '../../lambda/adapters/node/config-file.ts';
import type { Config } from '../../lambda/core/config/schema.ts';

/** Where the command writes; tests give their own. */
export interface ConfigOutput {
  out(text: string): void;
  err(text: string): void;
  /** 0: no problem; 1: problems; 2: the file cannot be read. */
  exitCode(code: number): void;
}

/** `tollgate config check [file] [--json]`. */
export function configCommand(output: ConfigOutput = standardOutput()): Command {
  const check = new Command('check')
    .description(
      'read a tollgate.yaml and name every problem; exits with 0, 1 (problems) or 2 (no such file)',
    )
    .argument('[file]', 'the file', 'tollgate.yaml')
    .option('--json', 'print JSON: {"ok": ..., "problems": [...]}')
    .action((file: string, options: { readonly json?: boolean }) =>
      checkFile(file, options.json === true, output),
    );
  return new Command('config').description('look at a tollgate.yaml').addCommand(check);
}

function checkFile(file: string, json: boolean, output: ConfigOutput): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    output.err(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
    output.exitCode(2);
    return;
  }
  const result = readConfig(text, file);
  if (json)
    output.out(`${JSON.stringify(result.ok ? { ok: true, hash: result.hash, problems: [] } : result)}\n`);
  else if (result.ok) output.out(`ok: ${summary(result.config)}\n`);
  else output.err(formatProblems(result.problems, file));
  output.exitCode(result.ok ? 0 : 1);
}

function summary(config: Config): string {
  const counts = [
    [Object.keys(config.providers).length, 'provider'],
    [Object.keys(config.models).length, 'model'],
    [config.callers?.length ?? 0, 'caller'],
    [config.budgets?.length ?? 0, 'budget'],
  ] as const;
  return counts.map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`).join(', ');
}

function standardOutput(): ConfigOutput {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    exitCode: (code) => {
      process.exitCode = code;
    },
  };
}
