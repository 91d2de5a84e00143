import type { Clock } from '../../../ports/clock.ts';
import type {
  Upstream,
  UpstreamAnswer,
  UpstreamCall,
  UpstreamFailure,
  UpstreamRequest,
} from '../../../ports/upstream.ts';
import { failure, type Script, scriptOf } from './script.ts';

type Piece = Uint8Array | 'end' | UpstreamFailure;
type AnswerScript = Extract<Script, { type: 'answer' }>;

/** Events of an unpaced stream between two turns of the event loop, so that a long answer does not starve the rest. */
const EVENTS_PER_TURN = 64;

/**
 * The built-in upstream: answers chat completions and embeddings in OpenAI's bytes, the same for the same request, without a network
 * or a key. What a model does follows from its name (`SANDBOX_BEHAVIOURS`). It waits by the clock it is given, honours
 * the time limits of a request, makes the next event only when read, and stops at once when cancelled.
 */
export function createSandboxUpstream(options: { readonly clock: Clock }): Upstream {
  const running = new Set<SandboxCall>();
  return {
    send: (request) => new SandboxCall(request, options.clock, running),
    close: async () => {
      for (const call of running) call.cancel();
    },
  };
}

class SandboxCall implements UpstreamCall {
  readonly answer: Promise<UpstreamAnswer | UpstreamFailure>;
  readonly #request: UpstreamRequest;
  readonly #clock: Clock;
  readonly #running: Set<SandboxCall>;
  #ending: 'end' | UpstreamFailure | undefined;
  /** Ends the wait that is under way. */
  #wake: (() => void) | undefined;
  #unpaced = 0;

  constructor(request: UpstreamRequest, clock: Clock, running: Set<SandboxCall>) {
    this.#request = request;
    this.#clock = clock;
    this.#running = running;
    running.add(this);
    this.answer = this.#answer(scriptOf(request, clock.now()));
  }

  cancel(): void {
    if (this.#ending !== undefined) return;
    this.#end(failure('cancelled', true));
    this.#wake?.();
  }

  async #answer(script: Script): Promise<UpstreamAnswer | UpstreamFailure> {
    const late = script.delayMs > this.#request.headMs;
    await this.#wait(Math.min(script.delayMs, this.#request.headMs));
    if (typeof this.#ending === 'object') return this.#ending;
    if (late) return this.#end(failure('timeout', true));
    if (script.type === 'failure') return this.#end(script.failure);
    return { type: 'answer', status: script.status, headers: script.headers, read: () => this.#read(script) };
  }

  async #read(script: AnswerScript): Promise<Piece> {
    if (this.#ending !== undefined) return this.#ending;
    const next = script.frames.next();
    if (next.done === true) return this.#end(next.value === 'end' ? 'end' : failure('reset', true));
    if (next.value.paced) {
      await this.#pause(script.paceMs);
      if (script.paceMs > this.#request.idleMs && this.#ending === undefined)
        return this.#end(failure('timeout', true));
    }
    // Cancelled while it waited: the word is not sent any more.
    return this.#ending ?? Buffer.from(next.value.text);
  }

  async #pause(paceMs: number): Promise<void> {
    if (paceMs > 0) return await this.#wait(Math.min(paceMs, this.#request.idleMs));
    this.#unpaced += 1;
    if (this.#unpaced % EVENTS_PER_TURN === 0) await this.#clock.sleep(0);
  }

  /** Waits by the clock, or until the call is cancelled. */
  async #wait(ms: number): Promise<void> {
    if (ms <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    void this.#clock.sleep(ms).then(resolve);
    await promise;
    this.#wake = undefined;
  }

  #end<Ending extends 'end' | UpstreamFailure>(ending: Ending): Ending {
    this.#ending = ending;
    this.#running.delete(this);
    return ending;
  }
}
