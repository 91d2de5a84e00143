import { parseArgs } from 'node:util';

export const SCENARIOS = [
  'nonstream-small',
  'nonstream-large',
  'multi-turn',
  'stream-100x',
  'stream-paced',
  'chat-anthropic',
  'chat-bedrock',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface BenchFlags {
  readonly rounds: number;
  /** Measured seconds of one run; a third of it goes before as warm-up. */
  readonly seconds: number;
  readonly scenarios: readonly Scenario[];
  readonly parts: readonly ('load' | 'handler')[];
  readonly json: boolean;
  /** Profile this scenario instead of measuring. */
  readonly profile: Scenario | undefined;
  /** The profiled gateway redacts every class. */
  readonly guard: boolean;
  /** Functions that a profile lists. */
  readonly top: number;
}

export const USAGE = `Usage: npm run bench -- [options]
  --quick            one round of short runs: a first look, noisy
  --rounds N         rounds of the comparison (default 3)
  --seconds N        measured seconds of one run (default 3)
  --scenarios A,B    of ${SCENARIOS.join(', ')} (default all)
  --part NAME        load (the gateway under load) or handler (the function that is deployed); default both
  --json             one JSON document on standard output instead of the table
  --profile NAME     CPU profile of the gateway in one scenario, by self time
  --guard            with --profile: redact every class of data
  --top N            with --profile: functions to list (default 30)
  --help             this text`;

/** Reads the command line; a text is what to tell a person who typed something else. */
export function readFlags(args: readonly string[]): BenchFlags | string {
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        scenarios: { type: 'string' },
        part: { type: 'string' },
        json: { type: 'boolean', default: false },
        profile: { type: 'string' },
        guard: { type: 'boolean', default: false },
        top: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${USAGE}`;
  }
  if (values['help'] === true) return USAGE;
  const quick = values['quick'] === true;
  const rounds = Number(values['rounds'] ?? (quick ? 1 : 3));
  const seconds = Number(values['seconds'] ?? (quick ? 1.5 : 3));
  const top = Number(values['top'] ?? 30);
  const scenarios = String(values['scenarios'] ?? SCENARIOS.join(',')).split(',');
  const part = values['part'];
  const profile = values['profile'];
  if (![rounds, seconds, top].every((number) => number > 0)) return `expected a positive number\n${USAGE}`;
  if (part !== undefined && part !== 'load' && part !== 'handler') return `no part ${part}\n${USAGE}`;
  if (!scenarios.every(isScenario) || (profile !== undefined && !isScenario(profile)))
    return `no such scenario in ${profile ?? scenarios}\n${USAGE}`;
  return {
    rounds,
    seconds,
    scenarios,
    parts: part === undefined ? ['load', 'handler'] : [part],
    json: values['json'] === true,
    profile,
    guard: values['guard'] === true,
    top,
  };
}

function isScenario(name: unknown): name is Scenario {
  return SCENARIOS.some((known) => known === name);
}
