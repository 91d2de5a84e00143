import { liftFindings, scopeFindings } from './check-scopes.ts';
import { type Finding, oneOf } from './finding.ts';
import type { Config, RateConfig } from './schema.ts';

const KINDS = ['requests_per_minute', 'tokens_per_minute', 'parallel'] as const;
type Kind = (typeof KINDS)[number];

/** Which rate each burst belongs to. */
const BURSTS = { burst_requests: 'requests_per_minute', burst_tokens: 'tokens_per_minute' } as const;
type Burst = keyof typeof BURSTS;

/** Every rate limits something, can bind somebody, and no two say the same of one scope. */
export function checkRates(config: Config): readonly Finding[] {
  const rates = config.rates ?? [];
  return rates.flatMap((rate, i) => [
    ...nothing(rate, i),
    ...burstFindings(rate, 'burst_requests', i),
    ...burstFindings(rate, 'burst_tokens', i),
    ...KINDS.flatMap((kind) => twice(rates, kind, i)),
    ...scopeFindings(config, 'rates', i, rate.scope),
    ...lifted(rates, rate, i),
  ]);
}

function nothing(rate: RateConfig, index: number): readonly Finding[] {
  const hasBurst = rate.burst_requests !== undefined || rate.burst_tokens !== undefined;
  if (hasBurst || KINDS.some((kind) => rate[kind] !== undefined)) return [];
  return [
    {
      path: ['rates', index],
      kind: 'wrong',
      at: 'value',
      message: 'this entry limits nothing',
      expected: oneOf(KINDS),
      hint: `Add at least one of ${oneOf(KINDS)}.`,
    },
  ];
}

function burstFindings(rate: RateConfig, burst: Burst, index: number): readonly Finding[] {
  const of = BURSTS[burst];
  if (rate[burst] === undefined || rate[of] !== undefined) return [];
  return [
    {
      path: ['rates', index, burst],
      kind: 'wrong',
      at: 'key',
      message: `a burst is the size of a bucket, and nothing says how fast it fills again`,
      expected: `\`${of}\` beside it`,
      hint: `Add \`${of}\`, or remove \`${burst}\`.`,
    },
  ];
}

function twice(rates: readonly RateConfig[], kind: Kind, index: number): readonly Finding[] {
  const rate = rates[index];
  if (rate?.[kind] === undefined) return [];
  const first = rates.findIndex((other) => other.scope === rate.scope && other[kind] !== undefined);
  if (first === index) return [];
  return [
    {
      path: ['rates', index, kind],
      kind: 'wrong',
      at: 'key',
      message: `rates[${first}] already gives this scope its \`${kind}\``,
      expected: 'each kind of rate once per scope',
      hint: 'Remove one of the two.',
    },
  ];
}

/** One complaint per entry, whatever number of its rates take the place of enforced ones. */
function lifted(rates: readonly RateConfig[], rate: RateConfig, index: number): readonly Finding[] {
  return liftFindings('rates', rates, index, (other) =>
    KINDS.some((kind) => rate[kind] !== undefined && other[kind] !== undefined),
  );
}
