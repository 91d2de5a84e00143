import { TollgateError } from '../core/errors.ts';
import type { Dialect, ModelEntry } from '../dialects/dialect.ts';
import type { Setup } from './setup.ts';

/** Models that can be asked for here: every alias with a target that is usable; wildcards as they are written. */
export function offeredModels(setup: Setup): readonly ModelEntry[] {
  return Object.entries(setup.config.models).flatMap(([id, model]) => {
    const target = model.targets.find(({ provider }) => setup.unusable(provider) === undefined);
    return target === undefined ? [] : [{ id, provider: target.provider, created: setup.since }];
  });
}

/** Answers `GET /v1/models` and `GET /v1/models/NAME`. */
export function models(path: string, dialect: Dialect, setup: Setup): unknown | TollgateError {
  const offered = offeredModels(setup);
  const name = /\/models\/(.+)$/.exec(path)?.[1];
  if (name === undefined) return dialect.models(offered);
  const id = decode(name);
  const listed = offered.find((model) => model.id === id);
  if (listed !== undefined) return dialect.model(listed);
  const target = setup.resolve(id)?.targets.find(({ provider }) => setup.unusable(provider) === undefined);
  if (target !== undefined) return dialect.model({ id, provider: target.provider, created: setup.since });
  return new TollgateError('model_not_found', `There is no model ${JSON.stringify(id.slice(0, 100))} here`, {
    param: 'model',
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
