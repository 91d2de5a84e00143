import { toNano } from '../../lambda/core/money.ts';
import type { AdmitRequest, Final, Ledger, Reservation } from '../../lambda/ledger/ledger.ts';
import type { Process } from '../support/ledger-faults.ts';
import { show } from '../support/ledger-world.ts';
import type { Dice } from '../support/virtual-clock.ts';
import type { GatewayLimits } from './gateway-limits.ts';
import { PROVIDER } from './limits.ts';
import type { Mix } from './mix.ts';
import type { Answers } from './oracle/answers.ts';
import type { Oracle } from './oracle/oracle.ts';

/** What the requests of a schedule share. */
export interface Scene {
  readonly dice: Dice;
  readonly mix: Mix;
  readonly oracle: Oracle;
  readonly answers: Answers;
  /** Changes what a request asks for on its way into the ledger. */
  readonly mutate: ((request: AdmitRequest) => AdmitRequest) | undefined;
}

/** One process's side of the ledger, with what it knows of the limits. */
export interface Gateway {
  readonly process: Process;
  readonly ledger: Ledger;
  readonly known: GatewayLimits;
}

/** The life of one request: admission, attempts with top-ups, settlement. Its callers may die at any point of it. */
export class Client {
  readonly #scene: Scene;
  readonly #gateway: Gateway;
  readonly #id: string;

  constructor(scene: Scene, gateway: Gateway, id: string) {
    this.#scene = scene;
    this.#gateway = gateway;
    this.#id = id;
  }

  async run(): Promise<void> {
    const { dice, mix, oracle } = this.#scene;
    const reservation = await this.#admit();
    if (reservation === undefined) return;
    oracle.tally.admitted += 1;
    let hold = reservation;
    while (dice.chance(mix.furtherAttempt)) {
      await this.#step();
      const more = await this.#topUp(hold);
      if (more === undefined) break;
      hold = more;
    }
    await this.#step();
    await this.#settle(hold);
  }

  /** A call that was made while the ledger was away is charged afterwards. */
  async post(): Promise<void> {
    const { dice, mix, oracle } = this.#scene;
    const { ledger, known } = this.#gateway;
    const cost = toNano(BigInt(dice.between(0, mix.estimate)));
    oracle.asked.set(this.#id, { tokens: 0, own: new Map(), cost, ownCost: new Map() });
    const scopes = [...known.limits.values()].filter(() => dice.chance(0.85));
    const posting = { requestId: this.#id, scopes, cost, outcome: 'ok', facts: {} };
    let settled = await ledger.post(posting);
    // Whoever is told that it is not known may try again, and once more by mistake.
    for (let more = dice.between(0, 2); more > 0; more--) {
      if (settled.type === 'settled' && dice.chance(0.7)) break;
      settled = await ledger.post(posting);
    }
    if (settled.type !== 'settled') return;
    const entry = oracle.entryOf(this.#id);
    oracle.expect(entry?.['by'] === 'posted' && entry['a'] === cost, () => `posted ${cost}: ${show(entry)}`);
  }

  async #admit(): Promise<Reservation | undefined> {
    const { dice, mix, oracle, answers, mutate } = this.#scene;
    const { ledger, known, process } = this.#gateway;
    await known.refresh();
    const estimate = BigInt(dice.between(0, mix.estimate));
    const tokens = dice.chance(0.2) ? 0 : dice.between(1, 12);
    const own = new Map([[PROVIDER, toNano(BigInt(dice.between(0, Number(estimate))))]]);
    oracle.asked.set(this.#id, { tokens, own });
    const names = [...known.limits.keys()].filter(() => dice.chance(0.85));
    const moment = { asked: process.time.now, clock: process.now(), topUp: false };
    for (let tries = 0; tries < 4; tries++) {
      const request: AdmitRequest = {
        requestId: this.#id,
        scopes: names.map((name) => known.limits.get(name)).filter((found) => found !== undefined),
        number: known.number,
        estimate: toNano(estimate),
        own,
        tokens,
        facts: { model: 'm' },
      };
      const answer = await ledger.admit(mutate?.(request) ?? request);
      if (answer.type === 'behind') {
        oracle.tally.behind += 1;
        oracle.expect(
          answer.number > request.number && oracle.rulebook.has(answer.number),
          () => `${this.#id} is told of config ${answer.number} and asked with ${request.number}`,
        );
        await known.refresh(answer.number);
        continue;
      }
      answers.check(answer, this.#id, estimate, moment);
      if (answer.type === 'admitted') return answer.reservation;
      if (answer.type === 'refused') {
        await ledger.record(`${this.#id}-refused`, { cost: toNano(0n), outcome: 'refused', facts: {} });
      }
      return undefined;
    }
    return undefined;
  }

  async #topUp(hold: Reservation): Promise<Reservation | undefined> {
    const { dice, answers, oracle } = this.#scene;
    const { ledger, process } = this.#gateway;
    const extra = BigInt(dice.between(0, 8));
    const wanted = hold.held + extra;
    const moment = { asked: process.time.now, clock: process.now(), topUp: true };
    const own = dice.chance(0.5) ? new Map([[PROVIDER, toNano(extra / 2n)]]) : undefined;
    const answer = await ledger.topUp(hold, toNano(extra), own);
    answers.check(answer, this.#id, wanted, moment);
    if (answer.type !== 'admitted') return undefined;
    oracle.tally.toppedUp += 1;
    return answer.reservation;
  }

  async #settle(hold: Reservation): Promise<void> {
    const { dice, mix, oracle } = this.#scene;
    const { ledger } = this.#gateway;
    const over = dice.chance(mix.overrun) ? 5 : 0;
    const most = Number(hold.held) + over;
    const cost = toNano(BigInt(dice.chance(0.3) ? most : dice.between(0, most)));
    const ownCost = new Map([[PROVIDER, toNano(cost / 2n)]]);
    const asked = oracle.asked.get(this.#id)!;
    const tokensUsed = dice.chance(0.2)
      ? undefined
      : dice.between(0, asked.tokens + (asked.tokens > 0 ? 2 : 0));
    Object.assign(asked, { cost, ownCost, tokensUsed });
    const final: Final = {
      cost,
      own: ownCost,
      ...(tokensUsed === undefined ? {} : { tokens: tokensUsed }),
      outcome: 'ok',
      facts: {},
    };
    const settled = await ledger.settle(hold, final);
    const entry = oracle.entryOf(this.#id);
    if (settled.type === 'settled') {
      oracle.tally.settled += 1;
      oracle.expect(entry?.['by'] === 'self' && entry['a'] === cost, () => `settled ${cost}: ${show(entry)}`);
    } else if (settled.type === 'late') {
      oracle.tally.lateSettles += 1;
      oracle.expect(entry?.['by'] === 'reaper', () => `late: ${show(entry)}`);
    }
  }

  #step(): Promise<void> {
    const { dice, mix } = this.#scene;
    return this.#gateway.process.clock().sleep(dice.between(0, mix.stepMs));
  }
}
