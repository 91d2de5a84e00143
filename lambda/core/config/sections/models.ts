import * as z from 'zod';
import { count, name, usdPerMillion } from './values.ts';

const price = z
  .strictObject({
    input: usdPerMillion.describe('US dollars per million input tokens.'),
    output: usdPerMillion.describe('US dollars per million output tokens.'),
    cache_read: usdPerMillion
      .optional()
      .meta({ description: 'US dollars per million cached input tokens.', defaultText: 'as `input`' }),
    cache_write: usdPerMillion.optional().meta({
      description: 'US dollars per million input tokens that are written to a cache.',
      defaultText: 'as `input`',
    }),
    reasoning: usdPerMillion
      .optional()
      .meta({ description: 'US dollars per million reasoning tokens.', defaultText: 'as `output`' }),
  })
  .describe(
    'Price of every target of this alias, in place of the catalog. A model without a price is refused where a budget applies.',
  );

const capabilities = z
  .strictObject({
    context_tokens: count.optional().describe('Most tokens of input and output together.'),
    max_output_tokens: count.optional().describe('Most output tokens that the model can produce.'),
    hidden_reasoning: z.boolean().optional().meta({
      description: 'Whether the model bills thinking that it does not show.',
      default: false,
    }),
    image_tokens: count.optional().describe('Most input tokens that one image costs.'),
  })
  .describe('What every target of this alias can do, in place of the catalog.');

const target = z
  .strictObject({
    provider: name.describe('Name of a provider of this file.'),
    model: z
      .string()
      .min(1, 'the name of a model')
      .max(256, 'a name of at most 256 characters')
      .optional()
      .meta({
        description: "The provider's name of the model.",
        defaultText: 'the name that the caller asked for',
      }),
    priority: z.int().nonnegative().max(1000).optional().meta({
      description: 'Lower is tried first; equal ones in the order of the list.',
      defaultText: 'its place in the list, from 0',
    }),
  })
  .describe('One place that can serve the alias.');

/** A name, or a prefix with one `*` at its end. */
export const modelName = z
  .string()
  .regex(/^([^\s*]{1,128}\*?|\*)$/, 'a model name without spaces, with at most one * at its end');

export const model = z
  .strictObject({
    targets: z
      .array(target)
      .min(1, 'at least one target')
      .max(16, 'at most 16 targets')
      .describe('Where the alias is served, tried in order until one answers.'),
    price: price.optional(),
    capabilities: capabilities.optional(),
    max_output_tokens: count.optional().meta({
      description: 'Output tokens that are asked for and reserved when the caller sets no maximum.',
      defaultText: "the model's limit",
    }),
  })
  .describe(
    'A name that callers may ask for. An exact name goes before a prefix with `*`, and a longer prefix before a shorter one.',
  );
