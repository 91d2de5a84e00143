import { usdFromNano } from '../../core/money.ts';
import type { Mark } from '../../ports/notices.ts';

/** What a sentence about an alert needs to know; amounts in nano-dollars. */
export interface AlertFacts {
  readonly scope: string;
  readonly budgetId: string;
  readonly mark: Mark;
  readonly spent: bigint;
  readonly limit: bigint;
  readonly soft: bigint | undefined;
  readonly refused: boolean;
  readonly resetsAt: number | undefined;
}

/** `team:search day budget is 80 % spent` */
export function alertTitle({ scope, budgetId, mark, refused }: AlertFacts): string {
  const budget = `${scope} ${budgetId} budget`;
  if (mark === 'soft') return `${budget} is above its soft limit`;
  return refused ? `${budget} has no room for a call` : `${budget} is ${mark} % spent`;
}

/** `team:search day budget is 80 % spent: $8.01 of $10, resets 2026-11-25T00:00:00.000Z` */
export function alertSentence(alert: AlertFacts): string {
  const { spent, limit, soft, refused, resetsAt } = alert;
  const title = soft === undefined ? alertTitle(alert) : `${alertTitle(alert)} of $${usdFromNano(soft)}`;
  const amounts = `$${usdFromNano(spent)} of $${usdFromNano(limit)}`;
  // The other titles say by themselves that it is spent.
  const verb = soft !== undefined || refused ? ' spent' : '';
  const reset = resetsAt === undefined ? '' : `, resets ${new Date(resetsAt).toISOString()}`;
  return `${title}: ${amounts}${verb}${reset}`;
}
