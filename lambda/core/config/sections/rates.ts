import * as z from 'zod';
import { limitMode, scopeName } from './budgets.ts';
import { count } from './values.ts';

export const rate = z
  .strictObject({
    scope: scopeName,
    requests_per_minute: count.optional().describe('Requests a minute, in the long run.'),
    tokens_per_minute: count
      .optional()
      .describe(
        'Input and output tokens a minute, in the long run. A call takes the most that it can use and gives back what it did not.',
      ),
    parallel: count.optional().describe('Requests that may run at a time.'),
    burst_requests: count.optional().meta({
      description: 'Requests at once, after a pause.',
      defaultText: 'as many as a minute',
    }),
    burst_tokens: count.optional().meta({
      description: 'Tokens at once, after a pause. A call that can use more is refused.',
      defaultText: 'as many as a minute',
    }),
    mode: limitMode,
  })
  .describe(
    'How fast a scope may call. Rates and budgets are checked in one write: no call takes one and not the other.',
  );
