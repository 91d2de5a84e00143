import { Progress } from '../core/chat/progress.ts';
import { targetName } from '../core/routing/target.ts';
import type { CountCaller } from '../formats/format.ts';
import type { AttemptResult } from './attempt.ts';
import type { Admitted, Candidate } from './states.ts';

/** Bytes of JSON that stand for one token, on average over prose and code. */
const BYTES_PER_TOKEN = 4;

/** Answers how many tokens a request has where its provider cannot be asked: from its size, and marked as such. */
export function estimate(state: Admitted, caller: CountCaller, candidate: Candidate): AttemptResult {
  const { tape, view } = state;
  const images = view.images * (candidate.target.capabilities.imageTokens ?? 0);
  const tokens = Math.ceil((tape.bytes.length - view.imageBytes) / BYTES_PER_TOKEN) + images;
  const warning = `input_tokens is an estimate: ${targetName(candidate.target)} counts no tokens`;
  const progress = new Progress(1);
  progress.done = true;
  state.trail.warnings.push(warning);
  return {
    type: 'committed',
    committed: {
      kind: 'whole',
      body: () => caller.writeCount(tokens, [warning]),
      contentType: 'application/json',
      progress,
    },
  };
}
