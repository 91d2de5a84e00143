import * as z from 'zod';
import { count, name, usdPerMillion } from './values.ts';

const perMillion = {
  input: usdPerMillion.describe('US dollars per million input tokens.'),
  output: usdPerMillion.describe('US dollars per million output tokens.'),
  cache_read: usdPerMillion
    .optional()
    .meta({ description: 'US dollars per million cached input tokens.', defaultText: 'as `input`' }),
  cache_write: usdPerMillion.optional().meta({
    description: 'US dollars per million input tokens that are written to a cache.',
    defaultText: 'as `input`',
  }),
  cache_write_1h: usdPerMillion.optional().meta({
    description:
      'US dollars per million input tokens that are written to a cache for longer, such as an hour.',
    defaultText: 'as `cache_write`',
  }),
  reasoning: usdPerMillion
    .optional()
    .meta({ description: 'US dollars per million reasoning tokens.', defaultText: 'as `output`' }),
};

const long = z
  .strictObject({
    above_input_tokens: count.describe(
      'Input tokens, cached ones included, above which the whole request is charged at these rates.',
    ),
    ...perMillion,
  })
  .describe('Rates of long prompts, where they differ.');

const price = z
  .strictObject({ ...perMillion, long: long.optional() })
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
    thinking: z
      .enum(['none', 'budget', 'adaptive', 'effort'], 'none, budget, adaptive or effort')
      .optional()
      .meta({
        description:
          'How the model is told to think: not at all, with a token budget, by itself, or by an effort alone.',
        defaultText: 'unknown; a wish to think is passed on in the newest way of the format',
      }),
    sampling: z.enum(['both', 'one', 'none'], 'both, one or none').optional().meta({
      description: 'Whether `temperature` and `top_p` are taken together, one of them, or neither.',
      defaultText: 'unknown; both are sent',
    }),
    structured_output: z.boolean().optional().meta({
      description: 'Whether an answer can be bound to a JSON schema.',
      defaultText: 'unknown; it is tried',
    }),
    system_turns: z.boolean().optional().meta({
      description: 'Whether instructions may stand between turns of the conversation.',
      default: false,
    }),
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
    unsupported: z.enum(['refuse', 'drop'], 'refuse or drop').optional().meta({
      description:
        'What happens to a parameter that a target cannot take: `refuse` answers 400 and names it; `drop` leaves it out and says so in a warning. What is said is never dropped.',
      default: 'refuse',
    }),
  })
  .describe(
    'A name that callers may ask for. An exact name goes before a prefix with `*`, and a longer prefix before a shorter one.',
  );
