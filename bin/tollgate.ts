import { Command } from 'commander';
import { catalogCommand } from './commands/catalog.ts';
import { configCommand } from './commands/config.ts';
import { holdsCommand } from './commands/holds.ts';
import { limitsCommand } from './commands/limits.ts';
import { queryCommand } from './commands/query.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { referenceCommand } from './commands/reference.ts';
import { scopeCommand } from './commands/scope.ts';
import { disableCommand, enableCommand, stopsCommand } from './commands/stop.ts';
import { whyCommand } from './commands/why.ts';

/** The CLI: a dispatcher with one line per command. */
await new Command('tollgate')
  .description('Commands around a tollgate gateway')
  .addCommand(catalogCommand())
  .addCommand(configCommand())
  .addCommand(disableCommand())
  .addCommand(enableCommand())
  .addCommand(holdsCommand())
  .addCommand(limitsCommand())
  .addCommand(queryCommand())
  .addCommand(reconcileCommand())
  .addCommand(referenceCommand())
  .addCommand(scopeCommand())
  .addCommand(stopsCommand())
  .addCommand(whyCommand())
  .showHelpAfterError()
  .parseAsync();
