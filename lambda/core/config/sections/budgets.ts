import * as z from 'zod';
import { timeZone, usd } from './values.ts';

const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,62}';
const SCOPE = new RegExp(
  `^(account|team:(\\*|${NAME})|app:(\\*|${NAME}/(\\*|${NAME}))|user:(\\*|[A-Za-z0-9+=,.@_-]{1,64})|key:(\\*|[A-Z_][A-Z0-9_]{0,127}|arn:\\S{1,256})|model:(\\*|[^\\s*]{1,128}\\*?)|provider:(\\*|${NAME}))$`,
);

export const scopeName = z
  .string()
  .regex(
    SCOPE,
    'account, team:NAME, app:TEAM/NAME, user:NAME, key:NAME, model:ALIAS or provider:NAME, with * in place of a name',
  )
  .describe(
    'What is limited: `account` (everything), `team:NAME`, `app:TEAM/NAME`, `user:NAME`, `key:NAME` (the variable of a development key, or the ARN of a role or IAM user), `model:ALIAS`, `provider:NAME`. `*` gives each its own: `team:*`, `app:*`, `app:TEAM/*`, `user:*`, `key:*`, `model:*`, `provider:*`. A named limit replaces the `*` one of the same kind.',
  );

export const limitMode = z.enum(['enforce', 'observe'], 'enforce or observe').optional().meta({
  description:
    'What happens at the limit: `enforce` refuses the call; `observe` lets it pass and notes in its audit row that it would have been refused.',
  default: 'enforce',
});

export const budget = z
  .strictObject({
    scope: scopeName,
    limit_usd: usd.describe('Most that may be spent in one window, in US dollars. 0 refuses every call.'),
    window: z
      .enum(['day', 'week', 'month', 'total'])
      .describe('Calendar window. Weeks start on Monday; `total` never starts anew.'),
    tz: timeZone
      .optional()
      .meta({ description: 'IANA time zone in which the calendar turns.', default: 'UTC' }),
    soft_usd: usd.optional().meta({
      description: 'Above this the call still passes, with a warning to its caller and an alert.',
      defaultText: 'no warning',
    }),
    mode: limitMode,
    on_ledger_down: z
      .strictObject({
        allow_usd: usd.describe(
          'Most that one process may spend of this budget during one outage, in US dollars.',
        ),
      })
      .optional()
      .meta({
        description:
          'What happens while the ledger cannot be reached: by default calls are refused; with an allowance they pass up to it and are charged afterwards. Every enforced budget that binds a call must allow it.',
        defaultText: 'calls are refused',
      }),
  })
  .describe(
    'A call is admitted only if every budget that binds its caller has room for the most that the call can cost.',
  );
