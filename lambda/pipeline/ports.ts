import type { Config } from '../core/config/schema.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LimitsBook } from '../ledger/limits-book.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids, Random } from '../ports/ids.ts';
import type { Sealers } from '../ports/sealers.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Upstream } from '../ports/upstream.ts';
import type { Transport } from '../providers/provider.ts';

/** Everything that the pipeline reaches the world through, and the config it serves. A composition root fills it once. */
export interface GatewayPorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly ledger: Ledger;
  /** The limits in force, and what is stopped. */
  readonly book: LimitsBook;
  readonly upstreams: Readonly<Record<Transport, Upstream>>;
  /** For what callers carry between two requests. */
  readonly sealers: Sealers;
  readonly secrets: Secrets;
  readonly config: Config;
  /** Hash of the config; named in rows and in readiness. */
  readonly configVersion: string;
  /** Names the process or the Lambda environment in rows. */
  readonly environment: string;
  /** Bearer keys count locally only; on AWS the caller is who IAM says. */
  readonly world: 'local' | 'aws';
  /** Value of a development key that the config names by its variable. */
  keyOf(env: string): string | undefined;
}
