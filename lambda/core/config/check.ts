import { checkBudgets } from './check-budgets.ts';
import { checkCallers } from './check-callers.ts';
import { checkModels } from './check-models.ts';
import { checkRates } from './check-rates.ts';
import { checkSessionNames } from './check-session-names.ts';
import type { Finding } from './finding.ts';
import type { Config } from './schema.ts';

/**
 * What no schema can see: names that must exist elsewhere in the file, and entries that could never take effect. Each is
 * an error, for an entry without effect is a limit that somebody believes in.
 */
export function checkConfig(config: Config): readonly Finding[] {
  return [
    ...checkModels(config),
    ...checkCallers(config),
    ...checkSessionNames(config),
    ...checkBudgets(config),
    ...checkRates(config),
  ];
}
