import { TollgateError } from '../core/errors.ts';
import type { Caller } from '../core/identity/caller.ts';
import type { ModelEntry } from '../dialects/dialect.ts';
import type { LimitsBook } from '../ledger/limits-book.ts';
import type { Setup } from './setup.ts';
import type { Received } from './states.ts';
import { stopOf, stoppedError } from './stops.ts';

/** Models that can be asked for here: every alias with a target that is usable; wildcards as they are written. */
export function offeredModels(setup: Setup): readonly ModelEntry[] {
  return entries(setup, (provider) => setup.unusable(provider) === undefined);
}

/**
 * Answers `GET /v1/models` and `GET /v1/models/NAME`. The list is what a call of this caller can reach now, so that a
 * client which picks from it picks something that answers: what is stopped is not in it. Asked for by its name, a
 * stopped model says that it is, and who stopped it.
 */
export function models(
  { exchange, dialect, trail }: Received,
  caller: Caller,
  setup: Setup,
  book: LimitsBook,
): unknown | TollgateError {
  const usable = (provider: string) => setup.unusable(provider) === undefined;
  const running = (provider: string) => usable(provider) && book.stopped('provider', provider) === undefined;
  const name = /\/models\/(.+)$/.exec(exchange.path)?.[1];
  if (name === undefined) {
    const offered = entries(setup, running).filter(({ id }) => stopOf(book, caller, id) === undefined);
    return dialect.models(offered);
  }
  const id = decode(name);
  const rung = setup.resolve(id);
  const target = rung?.targets.find(({ provider }) => usable(provider));
  if (rung === undefined || target === undefined) {
    return new TollgateError(
      'model_not_found',
      `There is no model ${JSON.stringify(id.slice(0, 100))} here`,
      { param: 'model' },
    );
  }
  const live = rung.targets.find(({ provider }) => running(provider));
  const stop =
    stopOf(book, caller, rung.alias) ??
    (live === undefined ? book.stopped('provider', target.provider) : undefined);
  if (stop !== undefined) return stoppedError(stop, trail);
  return dialect.model({ id, provider: (live ?? target).provider, created: setup.since });
}

function entries(setup: Setup, serves: (provider: string) => boolean): readonly ModelEntry[] {
  return Object.entries(setup.config.models).flatMap(([id, model]) => {
    const target = model.targets.find(({ provider }) => serves(provider));
    return target === undefined ? [] : [{ id, provider: target.provider, created: setup.since }];
  });
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

export interface Health {
  readonly status: number;
  readonly body: unknown;
}

/** Liveness says that the process answers; readiness that it takes work, and with which providers. No paid call. */
export function health(path: string, setup: Setup, draining: boolean): Health {
  if (!path.startsWith('/health/readiness')) return { status: 200, body: { status: 'alive' } };
  const providers = Object.fromEntries(
    Object.keys(setup.config.providers).map((name) => [name, setup.unusable(name) ?? 'ready']),
  );
  return {
    status: draining ? 503 : 200,
    body: {
      status: draining ? 'draining' : 'ready',
      config_version: setup.configVersion,
      models: offeredModels(setup).length,
      providers,
    },
  };
}
