import { isRecord } from '../../core/json-value.ts';
import { nanoFromUsd, usdFromNano } from '../../core/money.ts';
import type { Item, LedgerStore } from '../../ports/ledger-store.ts';
import { ENTRIES_FROM, text } from '../items.ts';
import { openJournals } from './open-work.ts';
import type { BudgetReport, RateReport, ScopeReport } from './show.ts';

/** Columns of an audit row, however they were read. */
export type RowFacts = Readonly<Record<string, unknown>>;

/** What an audit row says about a refusal. */
export interface Explanation {
  readonly requestId: string;
  /** Whether the request was refused by a rule of the gateway. */
  readonly refused: boolean;
  /** One sentence: what refused it and with which figures, or how it ended instead. */
  readonly sentence: string;
  /** The scope whose limit refused it; undefined where no limit did. */
  readonly scope: string | undefined;
  /** The budget's id, or `requests`, `tokens`, `parallel`. */
  readonly limit: string | undefined;
  /** All facts of the refusal, as the rule noted them. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Observed limits that would have refused, as `team:search day`. */
  readonly wouldRefuse: readonly string[];
}

export function explain(row: RowFacts): Explanation {
  const facts = parsed(row['refused_by']);
  const code = textOf(row['error_code']);
  const refused = row['outcome'] === 'refused';
  return {
    requestId: String(row['request_id'] ?? ''),
    refused,
    sentence: sentenceOf(row, code, facts ?? {}),
    scope: textOf(facts?.['scope']),
    limit: textOf(facts?.['budget']) ?? textOf(facts?.['of']),
    facts: facts ?? {},
    wouldRefuse: listed(row['would_refuse']),
  };
}

/** Whether the same call would fit now, by the limit that refused it. Undefined where that limit is gone. */
export function nowSentence(
  { limit, facts, scope }: Explanation,
  report: ScopeReport | undefined,
): string | undefined {
  if (scope === undefined || limit === undefined) return undefined;
  const budget = report?.budgets.find(({ id }) => id === limit);
  if (budget !== undefined) return budgetNow(budget, facts);
  const rate = report?.rates.find(({ of }) => of === limit);
  if (rate !== undefined) return rateNow(rate, facts);
  return `the limits in force have no ${limit} for ${scope} any more`;
}

/** The entry of a request in the open journals, where it is for some minutes at least; undefined if it is not there. */
export async function findEntry(
  store: Pick<LedgerStore, 'query' | 'openJournals'>,
  requestId: string,
): Promise<Item | undefined> {
  for (const { pk } of await openJournals(store)) {
    const entries = await store.query(pk, ENTRIES_FROM);
    const found = entries.find((entry) => text(entry, 'rid') === requestId && text(entry, 'st') !== 'OPEN');
    if (found !== undefined) return found;
  }
  return undefined;
}

function sentenceOf(
  row: RowFacts,
  code: string | undefined,
  facts: Readonly<Record<string, unknown>>,
): string {
  if (code === undefined) return `it was not refused: it ended as ${String(row['outcome'])}`;
  if (facts['budget'] !== undefined) return budgetSentence(facts);
  if (facts['of'] !== undefined) return rateSentence(facts);
  if (facts['rule'] === 'stopped') {
    const until = facts['until'] === null ? 'until it is enabled' : `until ${String(facts['until'])}`;
    return `the ${facts['kind']} ${facts['name']} was stopped by ${facts['who']}, ${until}: ${facts['why']}`;
  }
  const known = Object.entries(facts).map(([name, value]) => `${name} ${String(value)}`);
  const detail = known.length === 0 ? '' : `: ${known.join(', ')}`;
  if (row['outcome'] !== 'refused')
    return `it was not refused by a rule; it ended as ${row['outcome']} (${code})`;
  return `it was refused as ${code}${detail}`;
}

function budgetSentence(facts: Readonly<Record<string, unknown>>): string {
  const { budget, scope, limit_usd, estimate_usd, spent_usd, held_usd, reason, resets_at } = facts;
  const name = `the ${budget} budget of ${scope} ($${limit_usd})`;
  const call = `the call could cost $${estimate_usd}`;
  if (reason === 'never_fits') return `${call}, more than all of ${name}`;
  const reset = typeof resets_at === 'string' ? `; it was to reset at ${resets_at}` : '';
  return `${name} had $${spent_usd} spent and $${held_usd} held by running calls, and ${call}${reset}`;
}

function rateSentence(facts: Readonly<Record<string, unknown>>): string {
  const { of, scope, limit, needed, burst, reason } = facts;
  const name =
    of === 'parallel'
      ? `the ${limit} parallel requests of ${scope}`
      : `the ${limit} ${of} a minute of ${scope}`;
  if (reason === 'never_fits' && limit === 0) return `${name} allow no call at all`;
  return reason === 'never_fits'
    ? `the call needs ${needed} of ${name}, and at most ${burst} fit at once`
    : `${name} had no room for ${needed} more`;
}

function budgetNow(
  { limit, spent, held, remaining, override }: BudgetReport,
  facts: Explanation['facts'],
): string {
  const estimate = nanoFromUsd(String(facts['estimate_usd']));
  const fits =
    estimate === undefined ? '' : `; the same call would ${estimate <= remaining ? '' : 'not '}fit`;
  const by = override === undefined ? '' : ` (set by ${override.who})`;
  const rest = remaining < 0n ? `$${usdFromNano(-remaining)} over` : `$${usdFromNano(remaining)} left`;
  return `limit $${usdFromNano(limit)}${by}, $${usdFromNano(spent)} spent, $${usdFromNano(held)} held, ${rest}${fits}`;
}

function rateNow({ limit, of, remaining, override }: RateReport, facts: Explanation['facts']): string {
  const needed = facts['needed'];
  const fits =
    typeof needed !== 'number' ? '' : `; the same call would ${needed <= remaining ? '' : 'not '}fit`;
  const by = override === undefined ? '' : ` (set by ${override.who})`;
  return `limit ${limit} ${of === 'parallel' ? 'at a time' : 'a minute'}${by}, ${remaining} left${fits}`;
}

function parsed(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const read = json(value);
  return isRecord(read) ? read : undefined;
}

function listed(value: unknown): readonly string[] {
  const read = json(value);
  return Array.isArray(read) ? read.map(String) : [];
}

/** Columns of JSON are text. A row that was cut or made by hand may hold anything. */
function json(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
