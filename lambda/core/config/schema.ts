import * as z from 'zod';
import { budget } from './sections/budgets.ts';
import { caller, team } from './sections/callers.ts';
import { type action, guard } from './sections/guard.ts';
import { limits } from './sections/limits.ts';
import { model, modelName } from './sections/models.ts';
import { provider } from './sections/providers.ts';
import { rate } from './sections/rates.ts';
import { name } from './sections/values.ts';

/**
 * tollgate.yaml: a closed schema. An unknown key is refused, a known word that is not built is refused by name
 * (`not-built.ts`), and every leaf says what it expects. The same schema gives editors their JSON Schema and the
 * reference page its tables, so every key has a description.
 */
export const configSchema = z
  .strictObject({
    providers: z
      .record(name, provider)
      .describe('Upstreams by a name of your choice, which targets and audit rows use.'),
    models: z.record(modelName, model).describe('What callers may ask for, by the name that they send.'),
    callers: z
      .array(caller)
      .max(1000, 'at most 1000 entries')
      .optional()
      .meta({ description: 'Who is charged for whose calls. The first match decides.', default: [] }),
    teams: z
      .record(name, team)
      .optional()
      .describe('Teams by name. When given, callers and budgets may name no other, so a typo is found.'),
    budgets: z
      .array(budget)
      .max(1000, 'at most 1000 entries')
      .optional()
      .meta({ description: 'Limits on spending.', default: [] }),
    rates: z
      .array(rate)
      .max(1000, 'at most 1000 entries')
      .optional()
      .meta({ description: 'Limits on requests, tokens and parallel calls.', default: [] }),
    guard: guard.optional(),
    limits: limits.optional(),
  })
  .describe('The configuration of a tollgate deployment.');

/** A validated config, as synth writes it into the bundle and as every world reads it. */
export type Config = z.output<typeof configSchema>;
export type ProviderConfig = Config['providers'][string];
export type ModelConfig = Config['models'][string];
export type CallerConfig = NonNullable<Config['callers']>[number];
export type BudgetConfig = NonNullable<Config['budgets']>[number];
export type RateConfig = NonNullable<Config['rates']>[number];
/** The part of a config that says how much may be spent and how fast. */
export type LimitsConfig = Pick<Config, 'budgets' | 'rates'>;
export type GuardAction = z.output<typeof action>;
export type DataClass = keyof NonNullable<NonNullable<Config['guard']>['classes']>;
