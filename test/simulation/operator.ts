import { applyLimits } from '../../lambda/ledger/operate/apply.ts';
import { type OperatePorts, writeOverrides } from '../../lambda/ledger/operate/write.ts';
import type { Override } from '../../lambda/ledger/policy.ts';
import type { LedgerStore } from '../../lambda/ports/ledger-store.ts';
import type { Process } from '../support/ledger-faults.ts';
import type { Dice } from '../support/virtual-clock.ts';
import type { Deployment } from './gateway-limits.ts';
import type { Limits } from './oracle/rulebook.ts';
import type { Tally } from './tally.ts';

/** A person, or a deployment, that changes limits while requests run. */
export class Operator {
  readonly #process: Process;
  readonly #store: LedgerStore;
  readonly #dice: Dice;
  readonly #limits: Limits;
  readonly #tally: Tally;

  constructor(process: Process, store: LedgerStore, dice: Dice, limits: Limits, tally: Tally) {
    this.#process = process;
    this.#store = store;
    this.#dice = dice;
    this.#limits = limits;
    this.#tally = tally;
  }

  /** Puts another limit in the place of one that some config has, for a while or for ever; or takes one back. */
  async override(): Promise<void> {
    const dice = this.#dice;
    const scopes = [...this.#limits.values()];
    if (scopes.length === 0) return;
    const { scope, budgets, requests, tokens, parallel } = dice.pick(scopes);
    const names = [
      ...budgets.map(({ id }) => id),
      ...Object.entries({ requests, tokens, parallel }).flatMap(([name, value]) =>
        value === undefined ? [] : [name],
      ),
    ];
    if (names.length === 0) return;
    const limit = dice.pick(names);
    const before = budgets.find(({ id }) => id === limit)?.limit;
    const value = before === undefined ? dice.pick([1, 3, 60]) : Number(before) * dice.pick([0, 0.5, 2, 3]);
    const now = this.#process.now();
    const until = dice.chance(0.5) ? { until: now + dice.between(1, 60_000) } : {};
    const order: Override = {
      who: 'o',
      why: 'w',
      at: now,
      limit,
      value: String(Math.floor(value)),
      ...until,
    };
    const isBack = dice.chance(0.2);
    await this.#try(async (ports) => {
      await writeOverrides(ports, scope, (overrides) => [
        ...overrides.filter((other) => other.limit !== limit),
        ...(isBack ? [] : [order]),
      ]);
      this.#tally.overrides += 1;
    });
  }

  /** Puts a deployed config in force, whichever is. */
  async apply({ config, count }: Deployment): Promise<void> {
    const proposal = { limits: JSON.stringify(config), hash: `h${count}` };
    await this.#try(async (ports) => void (await applyLimits(ports, proposal)));
  }

  async #try(change: (ports: OperatePorts) => Promise<void>): Promise<void> {
    const ports = {
      store: this.#store,
      clock: this.#process.clock(),
      random: this.#dice,
      fence: this.#dice.chance(0.7),
    };
    // The store is away: a person tries again later, or not at all.
    await change(ports).catch(() => undefined);
  }
}
