import { LRUCache } from 'lru-cache';
import { findModel } from '../catalog/catalog.ts';
import { limitsOf } from '../core/config/limits.ts';
import type { Config } from '../core/config/schema.ts';
import type { GuardPolicy } from '../core/guard/policy.ts';
import type { Caller } from '../core/identity/caller.ts';
import { type Identify, identifier } from '../core/identity/identify.ts';
import type { Limits } from '../core/limits.ts';
import { resolveModel } from '../core/routing/resolve.ts';
import type { Rung } from '../core/routing/target.ts';
import { makeProvider } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import type { GatewayPorts } from './ports.ts';
import { Scopes } from './scopes.ts';

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
  readonly identify: Identify;
  resolve(model: string): Rung | undefined;
  readonly scopes: Scopes;
  /** A provider of the config, by its name. */
  provider(name: string): Provider | undefined;
  /** Whether a caller's reasoning is sealed into the ids of its tool calls. */
  seals(caller: Caller): boolean;
  /** Why a provider cannot be used here, or undefined if it can: a key that is not set. */
  unusable(provider: string): string | undefined;
}

export function setUp(ports: GatewayPorts): Setup {
  const { config } = ports;
  const resolved = new LRUCache<string, Rung>({ max: REMEMBERED_MODELS });
  const classes = config.guard?.classes;
  const providers = new Map(
    Object.entries(config.providers).map(([name, section]) => [name, makeProvider(section)]),
  );
  return {
    config,
    configVersion: ports.configVersion,
    limits: limitsOf(config),
    guardPolicy: (dataClass) => classes?.[dataClass] ?? 'allow',
    since: Math.floor(ports.clock.now() / 1000),
    identify: identifier(config.callers ?? [], ports.keyOf, ports.world),
    scopes: new Scopes(),
    resolve(model) {
      const known = resolved.get(model);
      if (known !== undefined) return known;
      const rung = resolveModel(config, findModel, model);
      if (rung !== undefined) resolved.set(model, rung);
      return rung;
    },
    provider: (name) => providers.get(name),
    seals: (caller) => caller.sealsReasoning !== false,
    unusable(name) {
      const section = config.providers[name];
      const transport = providers.get(name)?.transport;
      if (section === undefined || transport === undefined) return undefined;
      if (!('key' in section) || section.key === undefined) return ports.upstreams[transport].unusable?.();
      return ports.secrets.has(section.key) ? undefined : missing(section.key, ports);
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
