import { Command } from 'commander';
import { catalogCommand } from './commands/catalog.ts';
import { configCommand } from './commands/config.ts';
import { queryCommand } from './commands/query.ts';
import { referenceCommand } from './commands/reference.ts';

/** The CLI: a dispatcher with one line per command. */
await new Command('tollgate')
  .description('Commands around a tollgate gateway')
  .addCommand(catalogCommand())
  .addCommand(configCommand())
  .addCommand(queryCommand())
  .addCommand(referenceCommand())
  .showHelpAfterError()
  .parseAsync();
