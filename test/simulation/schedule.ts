import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import { FaultyStore, NO_FAULTS, Process } from '../support/ledger-faults.ts';
import { CountingIds, Dice, VirtualTime } from '../support/virtual-clock.ts';
import { Client, type Gateway, type Scene } from './client.ts';
import { configOf, type Deployment, GatewayLimits } from './gateway-limits.ts';
import { drawMix, type Mix } from './mix.ts';
import { type Mutant, mutated } from './mutants.ts';
import { Operator } from './operator.ts';
import { Answers } from './oracle/answers.ts';
import { Oracle } from './oracle/oracle.ts';
import { checkAtRest } from './oracle/rest-checks.ts';
import { Rulebook } from './oracle/rulebook.ts';
import { newTally, type Tally } from './tally.ts';

/** The longest life of a request, in milliseconds. Short, so that journals end within a schedule. */
const LONGEST_MS = 30_000;

/** Kills of one schedule: more of the same finds less than another seed. */
const MAX_KILLS = 5;

/** Milliseconds after the end of work at which whatever still ticks is left alone. */
const REST_MS = 600_000;

export interface Outcome {
  /** The first broken promise, in words. */
  readonly problem: string | undefined;
  readonly tally: Tally;
}

/** Runs one schedule from its seed, at once. Not from a promise reaction: see `VirtualTime.runNow`. */
export function simulate(seed: number, mutant?: Mutant): Outcome {
  const schedule = new Schedule(new Dice(seed), mutant);
  try {
    schedule.run();
  } catch (error) {
    schedule.oracle.expect(false, () => (error instanceof Error ? String(error.stack) : String(error)));
  }
  return { problem: schedule.oracle.problem, tally: schedule.oracle.tally };
}

class Schedule {
  readonly oracle: Oracle;
  readonly #mix: Mix;
  readonly #time: VirtualTime;
  readonly #mutant: Mutant | undefined;
  readonly #scene: Scene;
  readonly #ids = new CountingIds();
  readonly #workUntil: number;
  #asked = 0;
  #running = 0;
  #processes = 0;
  #kills = 0;
  readonly #deployments: readonly Deployment[];
  /** Deployments so far; new processes come with the last one. */
  #deployed = 1;

  constructor(dice: Dice, mutant: Mutant | undefined) {
    this.#mutant = mutant;
    this.#mix = drawMix(dice);
    const time = new VirtualTime(this.#mix.start);
    this.#time = time;
    this.#deployments = this.#mix.configs.map((limits, index) => ({
      count: index + 1,
      config: configOf(limits),
      limits,
    }));
    const texts = this.#deployments.map(({ config, limits }) => [JSON.stringify(config), limits] as const);
    this.oracle = new Oracle(() => time.now, new Rulebook(new Map(texts)), newTally());
    this.#scene = {
      dice,
      mix: this.#mix,
      oracle: this.oracle,
      answers: new Answers(this.oracle),
      mutate: mutant?.request,
    };
    this.#workUntil = time.now + this.#mix.workMs;
  }

  run(): void {
    for (let left = this.#mix.processes; left > 0; left--) this.#startGateway();
    for (let left = this.#mix.reapers; left > 0; left--) this.#startReaper();
    this.#startOperator();
    const end = this.#workUntil + this.#mix.pauseMs + REST_MS;
    this.#time.runNow(() => this.oracle.problem !== undefined || this.#time.now > end);
    this.oracle.expect(this.#running === 0, () => `${this.#running} requests of living processes hang`);
    if (this.oracle.problem === undefined) this.#drain();
  }

  /** When all packets have arrived and all processes ended, one reaper has to leave nothing behind. */
  #drain(): void {
    const { ledger, store } = this.#gateway('last', this.#deployed);
    store.faults = NO_FAULTS;
    const isDone = this.#time.finishNow(ledger.reap(Number.MAX_SAFE_INTEGER));
    this.oracle.expect(isDone, () => 'the last reaper hangs');
    checkAtRest(this.oracle, this.#scene.answers.refused, this.#mix.skewMs);
  }

  #gateway(name: string, count: number): Gateway & { readonly store: FaultyStore } {
    this.#processes += 1;
    const { dice, mix, oracle } = this.#scene;
    const own = this.#deployments[count - 1]!;
    const skew = dice.between(-mix.skewMs, mix.skewMs);
    const process = new Process(this.#time, `${name}${this.#processes}`, skew);
    const { tally } = oracle;
    const store = new FaultyStore(process, oracle.store, dice, mix.faults, this.#mutant?.ops, {
      note: (what) => {
        tally[what === 'write' ? 'writes' : what === 'read' ? 'reads' : what] += 1;
      },
      sent: (ops, at) => oracle.sent(ops, { at, own: own.limits }),
      past: oracle.store,
    });
    const known = new GatewayLimits(process, store, own, mix);
    const { eager, ...heat } = mix.heat;
    const ledger = createLedger({
      store: mutated(store, this.#mutant),
      clock: process.clock(),
      ids: this.#ids,
      random: dice,
      environment: process.name,
      admitMs: 2_000,
      longestRequestMs: LONGEST_MS,
      remembered: 50,
      policyVersion: (scope) => known.policyVersion(scope),
      ...(eager ? { heat: { ...EAGER, ...heat } } : {}),
    });
    return { process, ledger, store, known };
  }

  #startGateway(): void {
    const { dice, mix, oracle } = this.#scene;
    const config = dice.chance(0.8) ? this.#deployed : dice.between(1, this.#deployed);
    const gateway = this.#gateway('env', config);
    let mine = 0;
    for (let index = dice.between(1, mix.workers); index > 0; index--) {
      mine += 1;
      this.#running += 1;
      const ended = (error?: unknown) => {
        if (error !== undefined) {
          oracle.expect(false, () => (error instanceof Error ? String(error.stack) : String(error)));
        }
        mine -= 1;
        this.#running -= 1;
        if (mine === 0 && dice.chance(0.5)) void gateway.ledger.close().catch(ended);
      };
      this.#work(gateway).then(() => ended(), ended);
    }
    if (mix.freezes && dice.chance(0.5)) {
      this.#time.schedule(dice.between(0, 60_000), () => {
        oracle.tally.freezes += 1;
        gateway.process.frozenUntil = this.#time.now + dice.between(0, 60_000);
      });
    }
    if (mix.killMs === 0 || this.#kills === MAX_KILLS) return;
    this.#time.schedule(dice.between(1, mix.killMs), () => {
      if (this.#kills === MAX_KILLS) return;
      gateway.process.dead = true;
      this.#running -= mine;
      this.#kills += 1;
      oracle.tally.kills += 1;
      if (this.#time.now < this.#workUntil) this.#startGateway();
    });
  }

  async #work(gateway: Gateway): Promise<void> {
    const { dice, mix } = this.#scene;
    const clock = gateway.process.clock();
    while (this.#asked < mix.requests && this.#time.now < this.#workUntil) {
      await clock.sleep(dice.between(0, mix.pauseMs));
      if (this.#asked >= mix.requests) return;
      this.#asked += 1;
      const client = new Client(this.#scene, gateway, `r${this.#asked}`);
      await (dice.chance(mix.posts) ? client.post() : client.run());
    }
  }

  #startOperator(): void {
    const { dice, mix, oracle } = this.#scene;
    const { process, store } = this.#gateway('operator', 1);
    const operator = new Operator(process, store, dice, mix.configs[0]!, oracle.tally);
    const span = Math.min(mix.workMs, mix.requests * mix.pauseMs);
    for (let left = mix.orders; left > 0; left--) {
      process.schedule(dice.between(0, span), () => void operator.override());
    }
    const count = this.#deployments.length;
    for (const deployment of this.#deployments.slice(1)) {
      process.schedule((span * deployment.count) / (count + 1), () => {
        this.#deployed = deployment.count;
        this.#startGateway();
      });
      if (!dice.chance(0.2)) continue;
      process.schedule(dice.between(0, span), () => void operator.apply(dice.pick(this.#deployments)));
    }
  }

  #startReaper(): void {
    const { dice, mix } = this.#scene;
    const { process, ledger } = this.#gateway('reaper', this.#deployed);
    const clock = process.clock();
    const every = dice.between(2_000, 60_000);
    const steps = dice.between(1, 4);
    void (async () => {
      for (let step = 0; step < steps; step++) {
        await clock.sleep(every);
        await ledger.reap(clock.now() + mix.reapAheadMs).catch(() => undefined);
      }
    })();
  }
}

/** Thresholds that a dozen requests can pass. */
const EAGER = {
  leastRequests: 1,
  leastRoom: 2,
  poolRoom: 1,
  conflicts: 1,
  conflictMs: 60_000,
  stampede: 2,
  settleMs: 500,
  lookMs: 2_000,
  lookWithinMs: 500,
  rereadMs: 1_000,
};
