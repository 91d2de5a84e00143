import { usdFromNano } from '../../core/money.ts';
import type { TelemetryEvent } from '../../ports/telemetry.ts';
import { alertSentence } from './alert-text.ts';

type RequestEvent = Extract<TelemetryEvent, { type: 'request' }>;

/** Characters of one field. A model's name comes from the caller and may be as long as a body. */
const FIELD_CHARS = 80;
/** Characters of a detail. A stack is the longest honest one. */
const DETAIL_CHARS = 4_000;
const ROUTE_WIDTH = 12;
const MODEL_WIDTH = 36;
const TOKENS_WIDTH = 14;
const COST_WIDTH = 12;

/**
 * `14:03:27 200 chat         fast -> openai/gpt-5-mini            12+34 tok      $0.000031    ttft 210 ms, total 480 ms`
 *
 * Local time. The reason follows where a request did not end well; warnings and faults of ours start with a word.
 */
export function textLine(event: TelemetryEvent, now: number): string {
  const time = new Date(now).toTimeString().slice(0, 8);
  switch (event.type) {
    case 'request':
      return `${time} ${requestText(event)}`;
    case 'attempt_failed':
      return `${time} FAILED ${field(event.target)}: ${field(event.code)}, ${detail(event.detail)} [${event.requestId}]`;
    case 'warning':
      return `${time} WARNING ${field(event.what)}: ${detail(event.detail)}${reference(event.requestId)}`;
    case 'alert':
      return `${time} ALERT ${detail(alertText(event))}`;
    case 'bug':
      return `${time} BUG in tollgate, please report it: ${detail(event.detail)}${reference(event.requestId)}`;
  }
}

function requestText(event: RequestEvent): string {
  const target = event.target === undefined ? '' : ` -> ${field(event.target)}`;
  const model = `${field(event.model ?? '-')}${target}`.padEnd(MODEL_WIDTH);
  const tokens = `${event.inputTokens}+${event.outputTokens} tok`.padEnd(TOKENS_WIDTH);
  const cost = `$${usdFromNano(event.costNano)}`.padEnd(COST_WIDTH);
  const first = event.ttftMs === undefined ? '' : `ttft ${Math.round(event.ttftMs)} ms, `;
  const timing = `${first}total ${Math.round(event.totalMs)} ms`;
  const outcome = event.outcome === 'ok' ? '' : `  ${reasonText(event)} [${event.requestId}]`;
  return `${event.status} ${field(event.route).padEnd(ROUTE_WIDTH)} ${model} ${tokens} ${cost} ${timing}${outcome}`;
}

/** `refused: rate_limit_exceeded, team:search requests`. */
function reasonText({ outcome, error, limit }: RequestEvent): string {
  const code = error === undefined || error === outcome ? '' : `: ${field(error)}`;
  return `${field(outcome)}${code}${limit === undefined ? '' : `, ${field(limit)}`}`;
}

function alertText(event: Extract<TelemetryEvent, { type: 'alert' }>): string {
  const { spentNano: spent, limitNano: limit, softNano: soft } = event;
  return alertSentence({ ...event, spent, limit, soft });
}

function reference(requestId: string | undefined): string {
  return requestId === undefined ? '' : ` [${requestId}]`;
}

/** One line stays one line: control characters would let a caller forge log lines or move a terminal's cursor. */
function field(text: string): string {
  return plain(text, FIELD_CHARS);
}

function detail(text: string): string {
  return plain(text.replace(/\s*\n\s*/g, ' | '), DETAIL_CHARS);
}

function plain(text: string, max: number): string {
  const shown = text.length > max ? `${text.slice(0, max)}...` : text;
  return shown.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?');
}
