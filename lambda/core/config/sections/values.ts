import * as z from 'zod';
import { USER_NAME } from '../../identity/user-name.ts';
import { nanoFromUsd, picoFromUsdPerMillion } from '../../money.ts';
import { isTimeZone } from '../../windows.ts';

/** Values that several sections share. Each refusal says what was expected, in words that fit after "expected". */
export const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'a name of letters, digits, dot, dash and underscore that starts with a letter or digit, at most 63 characters',
  );

/** A user as IAM may spell one: letters, digits and `+=,.@_-`. */
export const userName = z
  .string()
  .regex(USER_NAME, 'a user name of letters, digits and +=,.@_-, at most 64 characters');

export const count = z.int().positive();

/** A day: no wait of a request is longer, and timers of the runtime overflow above 24 days. */
export const milliseconds = z.int().positive().max(86_400_000);

export const envName = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]{0,127}$/, 'the name of an environment variable, such as OPENAI_API_KEY');

export const timeZone = z.string().refine(isTimeZone, 'an IANA time zone, such as Europe/Berlin');

/**
 * An exact decimal, as a number or in quotes. The reader hands over the text that was written, so `12.50` never passes
 * through a float; after the check it is text in both cases.
 */
function decimal(pattern: RegExp, isExact: (text: string) => boolean, expected: string) {
  return z
    .union([z.number(expected).nonnegative(expected), z.string(expected).regex(pattern, expected)], expected)
    .transform(String)
    .refine(isExact, expected);
}

export const usd = decimal(
  /^\d+(\.\d{1,9})?$/,
  (text) => nanoFromUsd(text) !== undefined,
  'an amount in US dollars with at most nine decimals, such as 12.50',
);

export const usdPerMillion = decimal(
  /^\d+(\.\d{1,6})?$/,
  (text) => picoFromUsdPerMillion(text) !== undefined,
  'US dollars per million tokens with at most six decimals, such as 2.50',
);
