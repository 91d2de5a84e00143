import type { UpstreamFailure } from '../../../ports/upstream.ts';

/** Characters of an error's text that go into a failure. */
const DETAIL_CHARACTERS = 300;

export function failure(reason: UpstreamFailure['reason'], sent: boolean, detail: string): UpstreamFailure {
  return { type: 'failure', reason, sent, detail: detail.slice(0, DETAIL_CHARACTERS) };
}

export function cancelled(sent: boolean): UpstreamFailure {
  return failure('cancelled', sent, 'given up by the gateway');
}

export function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
