import type { Stop, StopKind } from '../head.ts';
import { headOf, type Reads } from '../in-force.ts';
import { counts } from '../policy.ts';
import { decreeOf, type Order } from './decree.ts';
import { OperateProblem } from './problem.ts';
import { type OperatePorts, writeHead } from './write.ts';

export const STOP_KINDS: readonly StopKind[] = ['model', 'provider', 'team', 'app'];

export interface StopOrder extends Order {
  readonly kind: StopKind;
  /** A model's alias; an app as `team/app`. */
  readonly name: string;
}

/** Stops at a time: they stand in the head, which every process reads. */
const MAX_STOPS = 200;

/** Characters of a name: no alias, team or app of a config is longer. */
const LONGEST_NAME = 130;

/** Disables something; a former stop of it goes. Running calls end normally. Throws an `OperateProblem`. */
export async function disable(ports: OperatePorts, order: StopOrder): Promise<Stop> {
  const { kind, name } = order;
  checkName(kind, name);
  const now = ports.clock.now();
  const stop: Stop = { ...decreeOf(order, now), kind, name };
  await writeHead(ports, (head) => {
    const stops = [...head.stops.filter((other) => !isOf(other, kind, name) && counts(other, now)), stop];
    if (stops.length > MAX_STOPS) {
      throw new OperateProblem(`${MAX_STOPS} things are disabled already; enable some, or change the config`);
    }
    return { ...head, stops };
  });
  return stop;
}

/** Takes a stop back. Throws an `OperateProblem` where there was none. */
export async function enable(ports: OperatePorts, kind: StopKind, name: string): Promise<void> {
  const now = ports.clock.now();
  const written = await writeHead(ports, (head) =>
    head.stops.some((stop) => isOf(stop, kind, name) && counts(stop, now))
      ? { ...head, stops: head.stops.filter((stop) => !isOf(stop, kind, name) && counts(stop, now)) }
      : undefined,
  );
  if (written === 'unchanged') {
    throw new OperateProblem(`the ${kind} "${name}" is not disabled; \`tollgate stops\` lists what is`);
  }
}

/** What is disabled now. */
export async function listStops(store: Reads, nowMs: number): Promise<readonly Stop[]> {
  return (await headOf(store)).stops.filter((stop) => counts(stop, nowMs));
}

function isOf(stop: Stop, kind: StopKind, name: string): boolean {
  return stop.kind === kind && stop.name === name;
}

function checkName(kind: StopKind, name: string): void {
  if (name === '' || name.length > LONGEST_NAME)
    throw new OperateProblem(`"${name}" is no name of a ${kind}`);
  if (kind === 'app' && !/^[^/]+\/[^/]+$/.test(name)) {
    throw new OperateProblem(`"${name}" is no app; write TEAM/NAME, such as search/web`);
  }
}
