import type {
  Upstream,
  UpstreamAnswer,
  UpstreamCall,
  UpstreamFailure,
  UpstreamRequest,
} from '../../lambda/ports/upstream.ts';

/** What one call of an upstream does: an answer's pieces and how it ends, or a failure. A function is asked when it is read. */
export interface Script {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pieces?: readonly (Uint8Array | string | (() => Promise<Uint8Array>))[];
  readonly end?: 'end' | 'cut' | 'hang';
  readonly failure?: Omit<UpstreamFailure, 'type'>;
}

export interface SentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  cancelled: boolean;
}

/** An upstream in process that follows one script per call, the last one for ever, and remembers what it was sent. */
export class ScriptedUpstream implements Upstream {
  readonly sent: SentRequest[] = [];
  readonly #scripts: readonly Script[];
  /** Called when a request arrives, before its answer. */
  onSend: ((request: SentRequest) => void) | undefined;

  constructor(...scripts: readonly Script[]) {
    this.#scripts = scripts;
  }

  send(request: UpstreamRequest): UpstreamCall {
    const script = this.#scripts[Math.min(this.sent.length, this.#scripts.length - 1)] ?? {};
    const sent: SentRequest = {
      url: request.url,
      headers: request.headers,
      body: Buffer.from(request.body ?? new Uint8Array()).toString(),
      cancelled: false,
    };
    this.sent.push(sent);
    this.onSend?.(sent);
    let cancel: (failure: UpstreamFailure) => void = () => {};
    const cancelled = new Promise<UpstreamFailure>((resolve) => {
      cancel = resolve;
    });
    return {
      answer:
        script.failure === undefined
          ? Promise.resolve(answerOf(script, cancelled))
          : Promise.resolve({ type: 'failure', ...script.failure }),
      cancel() {
        sent.cancelled = true;
        cancel({ type: 'failure', reason: 'cancelled', sent: true, detail: 'cancelled' });
      },
    };
  }

  async close(): Promise<void> {}
}

function answerOf(script: Script, cancelled: Promise<UpstreamFailure>): UpstreamAnswer {
  const pieces = [...(script.pieces ?? [])];
  let gaveUp: UpstreamFailure | undefined;
  cancelled.then((failure) => {
    gaveUp = failure;
  });
  return {
    type: 'answer',
    status: script.status ?? 200,
    headers: { 'content-type': 'text/event-stream', ...script.headers },
    async read() {
      await Promise.resolve();
      if (gaveUp !== undefined) return gaveUp;
      const next = pieces.shift();
      if (typeof next === 'function') return Promise.race([next(), cancelled]);
      if (next !== undefined) return typeof next === 'string' ? Buffer.from(next) : next;
      if (script.end === 'cut')
        return { type: 'failure', reason: 'reset', sent: true, detail: 'scripted cut' };
      return script.end === 'hang' ? cancelled : 'end';
    },
  };
}
