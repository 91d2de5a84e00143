import { Readable } from 'node:stream';
import type { Exchange } from '../../ports/exchange.ts';
import { bodyOf, claimOf, type HttpEvent, headersOf, methodOf, pathOf } from './lambda-event.ts';

/** What the runtime streams to the caller. `body` never errors of itself: an error there would kill the process. */
export interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

export interface LambdaExchange {
  readonly exchange: Exchange;
  /** Resolves when the status and headers are known, before the first byte of the body. */
  readonly answer: Promise<LambdaAnswer>;
  /** Ends what was left open, so that the runtime never waits for an answer that nobody writes any more. */
  finish(): void;
}

/**
 * The exchange of one Lambda invocation. The body is a stream that the gateway pushes into; a full stream holds `write`
 * back until the runtime reads again. A caller's disconnect is invisible here, so `gone` is never true.
 */
export function createLambdaExchange(event: HttpEvent, remainingMs: () => number): LambdaExchange {
  const body = createAnswerBody();
  const answer = Promise.withResolvers<LambdaAnswer>();
  const head = (statusCode: number, headers: Readonly<Record<string, string>>): void =>
    answer.resolve({ statusCode, headers, body: body.stream });
  const exchange: Exchange = {
    method: methodOf(event),
    path: pathOf(event),
    headers: headersOf(event),
    claim: claimOf(event),
    body: async (maxBytes) => bodyOf(event, maxBytes),
    head,
    write: body.write,
    end: body.end,
    gone: () => false,
    onGone: () => {},
    remainingMs,
  };
  const finish = (): void => {
    head(500, {});
    void body.end();
  };
  return { exchange, answer: answer.promise, finish };
}

interface AnswerBody {
  readonly stream: Readable;
  write(bytes: Uint8Array): Promise<void> | undefined;
  end(): Promise<void>;
}

function createAnswerBody(): AnswerBody {
  let waiting: (() => void)[] = [];
  const release = (): void => {
    const released = waiting;
    waiting = [];
    for (const resume of released) resume();
  };
  const stream = new Readable({ read: release });
  let ended = false;
  const over = new Promise<void>((resolve) => {
    for (const end of ['end', 'close']) stream.once(end, resolve);
  });
  // A broken connection to the runtime ends the body; whoever still writes must not wait for ever.
  void over.then(release);
  stream.on('error', () => {});
  return {
    stream,
    write(bytes) {
      if (ended || stream.destroyed || stream.push(bytes)) return undefined;
      return new Promise((resolve) => waiting.push(resolve));
    },
    end() {
      if (!ended && !stream.destroyed) stream.push(null);
      ended = true;
      return over;
    },
  };
}
