import { existsSync, readFileSync } from 'node:fs';
import { formatProblems, readConfig } from '../lambda/adapters/node/config-file.ts';
import type { Config } from '../lambda/core/config/schema.ts';

/** A config with problems is no fault of the program: they are printed with their lines, without a stack. */
export function configOrExit(file: string): Config {
  if (!existsSync(file)) return exit(`there is no ${file}; name the configuration with -c config=FILE\n`);
  const reading = readConfig(readFileSync(file, 'utf8'), file);
  return reading.ok ? reading.config : exit(formatProblems(reading.problems, file));
}

function exit(message: string): never {
  process.stderr.write(message);
  process.exit(1);
}
