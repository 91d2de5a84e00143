import { TollgateError } from '../core/errors.ts';
import type { Exchange } from '../ports/exchange.ts';
import { admit } from './admit.ts';
import { call } from './call.ts';
import { disclosedHeaders, refusalHeaders } from './disclosure.ts';
import { health, models } from './discover.ts';
import { guard } from './guard.ts';
import { Interrupt } from './interrupt.ts';
import { parse } from './parse.ts';
import { plan } from './plan.ts';
import type { GatewayPorts } from './ports.ts';
import { RefusalRows } from './refusal-rows.ts';
import { Reply } from './reply.ts';
import { dialectOf, type ModelRoute, match, type PlainRoute } from './routes.ts';
import { sealerFor } from './sealing.ts';
import { recordRefusals, settle } from './settle.ts';
import { type Setup, setUp } from './setup.ts';
import type { Admitted, Received } from './states.ts';
import { Trail } from './trail.ts';
import { translate } from './translate.ts';

export interface Gateway {
  /** Serves one request to its last byte and settles it. Never rejects. */
  serve(exchange: Exchange): Promise<void>;
  /** Takes no new model requests and resolves when the running ones have settled; after `drainMs` they are cut. */
  drain(): Promise<void>;
  readonly setup: Setup;
}

export function createGateway(ports: GatewayPorts): Gateway {
  const setup = setUp(ports);
  const refusals = new RefusalRows(setup.limits.refusalRowsPerSecond);
  const running = new Map<Received, Promise<void>>();
  let draining = false;

  async function serve(exchange: Exchange): Promise<void> {
    const state = receive(exchange, ports, setup);
    const work = handle(state, {
      ports,
      setup,
      refusals,
      refuse: draining || running.size >= setup.limits.concurrentRequests,
    });
    running.set(state, work);
    try {
      await work;
    } finally {
      running.delete(state);
    }
  }

  async function drain(): Promise<void> {
    draining = true;
    const timer = ports.clock.after(setup.limits.drainMs, () => {
      for (const state of running.keys()) state.interrupt.raise('draining');
    });
    while (running.size > 0) await Promise.all(running.values());
    timer.cancel();
    await recordRefusals(refusals.flush(), ports);
  }

  return { serve, drain, setup };
}

interface Desk {
  readonly ports: GatewayPorts;
  readonly setup: Setup;
  readonly refusals: RefusalRows;
  /** No further model request is taken. */
  readonly refuse: boolean;
}

function receive(exchange: Exchange, ports: GatewayPorts, setup: Setup): Received {
  const now = ports.clock.now();
  const remaining = exchange.remainingMs();
  const { requestMs, settleReserveMs } = setup.limits;
  const deadlineMs = remaining === undefined ? requestMs : Math.min(requestMs, remaining - settleReserveMs);
  return {
    id: `req_${ports.ids.next(now)}`,
    exchange,
    dialect: dialectOf(exchange.headers),
    interrupt: new Interrupt(ports.clock, exchange, Math.max(0, deadlineMs)),
    trail: new Trail(now, ports.clock.monotonic(), exchange.path),
  };
}

async function handle(received: Received, desk: Desk): Promise<void> {
  const { ports, setup } = desk;
  const route = match(received.exchange.method, received.exchange.path);
  const state =
    route instanceof TollgateError || route.rooms !== 'model'
      ? received
      : { ...received, dialect: route.dialect };
  const reply = new Reply(state, ports.clock, setup.limits);
  try {
    if (route instanceof TollgateError) await reply.fail(route, {});
    else if (route.rooms === 'model') await journey(state, route, desk, reply);
    else await discover(state, route, desk, reply);
  } catch (error) {
    report(state, error, ports);
    await reply.fail(bug(error), {});
  } finally {
    state.interrupt.close();
  }
}

/** The rooms in their order. Whatever happens in them, the caller gets an end and the request is settled. */
async function journey(state: Received, route: ModelRoute, desk: Desk, reply: Reply): Promise<void> {
  const { ports } = desk;
  const held: { admitted: Admitted | undefined } = { admitted: undefined };
  state.trail.route = route.path;
  state.trail.format = route.operation.format;
  // What is in force is read while the body arrives and is looked at, so it costs no time of its own.
  const fresh = ports.book.refresh();
  try {
    const end = await walk(state, route, desk, reply, held, fresh);
    if (end !== undefined) await tell(end, state, reply, held.admitted, ports.clock.now());
    state.trail.outcome = outcomeOf(end, state);
  } catch (error) {
    report(state, error, ports);
    const fault = bug(error);
    state.trail.errorCode = fault.code;
    state.trail.outcome = ENDED_BY.fault;
    if (held.admitted !== undefined) state.trail.assumeBilled(held.admitted.reservation.held);
    await reply.fail(fault, {});
    // A call that still runs is given up: nobody is left to read it.
    state.interrupt.raise('fault');
  } finally {
    state.trail.status ??= 499;
    // Nothing is left running when the request is over, since Lambda may freeze the process then.
    await state.interrupt.orInterrupted(fresh);
    await settleSafely(state, held.admitted, desk);
  }
}

async function walk(
  state: Received,
  route: ModelRoute,
  desk: Desk,
  reply: Reply,
  held: { admitted: Admitted | undefined },
  fresh: Promise<void>,
): Promise<TollgateError | undefined> {
  const { ports, setup } = desk;
  const caller = setup.identify(state.exchange.claim);
  if (caller instanceof TollgateError) return caller;
  state.trail.caller = caller;
  if (desk.refuse)
    return new TollgateError('draining', 'The gateway takes no further requests just now', {
      retryAfterS: 1,
    });
  const parsed = await parse({ ...state, caller, operation: route.operation }, setup);
  if (parsed instanceof TollgateError) return parsed;
  const guarded = guard(parsed, setup);
  if (guarded instanceof TollgateError) return guarded;
  guarded.source.sealer = await sealerFor(guarded, ports, setup);
  await state.interrupt.orInterrupted(fresh);
  const planned = plan(guarded, setup, ports.book);
  if (planned instanceof TollgateError) return planned;
  const admitted = await admit(planned, ports, setup);
  if (admitted instanceof TollgateError) return admitted;
  held.admitted = admitted;
  const called = await call(admitted, ports, setup, reply);
  if (called instanceof TollgateError) return called;
  return translate(called, ports, setup, reply);
}

async function tell(
  end: TollgateError,
  state: Received,
  reply: Reply,
  admitted: Admitted | undefined,
  nowMs: number,
): Promise<void> {
  state.trail.errorCode = end.code;
  const headers =
    admitted === undefined
      ? refusalHeaders(state, nowMs)
      : disclosedHeaders(admitted, admitted.trail.attempts.at(-1)?.target, nowMs);
  await reply.fail(end, headers);
}

const ENDED_BY = { gone: 'client_gone', deadline: 'deadline', draining: 'draining', fault: 'bug' } as const;

function outcomeOf(end: TollgateError | undefined, state: Received): string {
  if (end === undefined) return 'ok';
  if (state.interrupt.reason !== undefined) return ENDED_BY[state.interrupt.reason];
  if (state.trail.served !== undefined) return 'cut';
  return end.code.startsWith('upstream_') ? 'upstream_error' : 'refused';
}

async function discover(state: Received, route: PlainRoute, desk: Desk, reply: Reply): Promise<void> {
  const { ports, setup } = desk;
  const json = { 'content-type': 'application/json', ...state.dialect.requestHeaders(state.id) };
  if (route.rooms === 'health') {
    const { status, body } = health(state.exchange.path, setup, desk.refuse);
    await reply.whole(status, json, Buffer.from(JSON.stringify(body)));
    return;
  }
  const caller = setup.identify(state.exchange.claim);
  if (!(caller instanceof TollgateError)) await state.interrupt.orInterrupted(ports.book.refresh());
  const found = caller instanceof TollgateError ? caller : models(state, caller, setup, ports.book);
  if (found instanceof TollgateError) await reply.fail(found, {});
  else await reply.whole(200, json, Buffer.from(JSON.stringify(found)));
}

async function settleSafely(state: Received, admitted: Admitted | undefined, desk: Desk): Promise<void> {
  try {
    await settle(state, admitted, desk.ports, desk.refusals);
  } catch (error) {
    // The hold stays in the ledger, and the reaper posts it: money is safe, the operator is told.
    report(state, error, desk.ports);
  }
}

function report(state: Received, error: unknown, ports: GatewayPorts): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  ports.telemetry.emit({ type: 'bug', requestId: state.id, detail });
}

function bug(cause: unknown): TollgateError {
  return new TollgateError('internal', 'The gateway failed; the request id is in the headers', { cause });
}
