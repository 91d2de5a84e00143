import * as z from 'zod';

export const action = z.enum(['allow', 'redact', 'block']);

function classOf(description: string) {
  return action.optional().meta({ description, default: 'allow' });
}

export const guard = z
  .strictObject({
    mode: z
      .literal('enforce')
      .optional()
      .meta({ description: 'Whether the actions below are carried out.', default: 'enforce' }),
    classes: z
      .strictObject({
        credential: classOf('Vendor keys, private keys, JSON web tokens.'),
        contact: classOf('E-mail addresses.'),
        card: classOf('Payment card numbers.'),
        financial: classOf('International bank account numbers.'),
      })
      .optional()
      .describe(
        'Action per class of data: `allow` lets it pass, `redact` sends a placeholder in its place, `block` refuses the call.',
      ),
  })
  .describe('What may leave for an upstream, by class of data.');
