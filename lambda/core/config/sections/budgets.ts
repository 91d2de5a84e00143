import * as z from 'zod';
import { timeZone, usd } from './values.ts';

const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,62}';
const SCOPE = new RegExp(
  `^(account|team:(\\*|${NAME})|app:(\\*|${NAME}/(\\*|${NAME}))|user:(\\*|[A-Za-z0-9+=,.@_-]{1,64}))$`,
);

export const budget = z
  .strictObject({
    scope: z
      .string()
      .regex(SCOPE, 'account, team:NAME, app:TEAM/NAME or user:NAME, with * in place of a name')
      .describe(
        'What is limited: `account` (everything), `team:NAME`, `app:TEAM/NAME`, `user:NAME`. `*` gives each its own budget: `team:*`, `app:*`, `app:TEAM/*`, `user:*`. A named budget replaces the `*` one with the same window and zone.',
      ),
    limit_usd: usd.describe('Most that may be spent in one window, in US dollars. 0 refuses every call.'),
    window: z
      .enum(['day', 'week', 'month', 'total'])
      .describe('Calendar window. Weeks start on Monday; `total` never starts anew.'),
    tz: timeZone
      .optional()
      .meta({ description: 'IANA time zone in which the calendar turns.', default: 'UTC' }),
    mode: z
      .literal('enforce')
      .optional()
      .meta({ description: 'What happens at the limit: calls are refused.', default: 'enforce' }),
  })
  .describe(
    'A call is admitted only if every budget that binds its caller has room for the most that the call can cost.',
  );
