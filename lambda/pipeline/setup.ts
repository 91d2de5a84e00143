import { LRUCache } from 'lru-cache';
import { findModel } from '../catalog/catalog.ts';
import { limitsOf } from '../core/config/limits.ts';
import type { Config } from '../core/config/schema.ts';
import type { GuardPolicy } from '../core/guard/policy.ts';
import type { Limits } from '../core/limits.ts';
import { resolveModel } from '../core/routing/resolve.ts';
import type { Rung } from '../core/routing/target.ts';
import type { GatewayPorts } from './ports.ts';

/** Requested names whose resolution is remembered; wildcards make their number the caller's choice. */
const REMEMBERED_MODELS = 1_000;

/** What a config means, worked out once. A request reads it as its one snapshot. */
export interface Setup {
  readonly config: Config;
  readonly configVersion: string;
  readonly limits: Limits;
  readonly guardPolicy: GuardPolicy;
  /** Seconds since the epoch at which this process took its config; the `created` of its models. */
  readonly since: number;
  resolve(model: string): Rung | undefined;
  /** Why a provider cannot be used here, or undefined if it can: a key that is not set. */
  unusable(provider: string): string | undefined;
}

export function setUp(ports: GatewayPorts): Setup {
  const { config } = ports;
  const resolved = new LRUCache<string, Rung>({ max: REMEMBERED_MODELS });
  const classes = config.guard?.classes;
  return {
    config,
    configVersion: ports.configVersion,
    limits: limitsOf(config),
    guardPolicy: (dataClass) => classes?.[dataClass] ?? 'allow',
    since: Math.floor(ports.clock.now() / 1000),
    resolve(model) {
      const known = resolved.get(model);
      if (known !== undefined) return known;
      const rung = resolveModel(config, findModel, model);
      if (rung !== undefined) resolved.set(model, rung);
      return rung;
    },
    unusable(name) {
      const provider = config.providers[name];
      if (provider === undefined || !('key' in provider) || provider.key === undefined) return undefined;
      return ports.secrets.has(provider.key) ? undefined : missing(provider.key, ports);
    },
  };
}

function missing(
  key: { env?: string | undefined; secret?: string | undefined },
  ports: GatewayPorts,
): string {
  if (ports.world === 'aws') return `needs \`key.secret\`, the name of a Secrets Manager secret`;
  return key.env === undefined ? 'needs `key.env`, the name of an environment variable' : `needs ${key.env}`;
}
