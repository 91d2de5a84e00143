/** One HTTP request to an upstream. The URL comes from the deployment's config, never from a caller. */
export interface UpstreamRequest {
  readonly method: 'POST' | 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  readonly connectMs: number;
  /** Milliseconds until status and headers. */
  readonly headMs: number;
  /** Milliseconds between two pieces of the body. */
  readonly idleMs: number;
}

/**
 * How a call ended without a clean end. `sent` tells whether a byte of the request may have reached the upstream: if
 * not, nothing can have been billed. A reused connection that died before one byte of the answer is sent again at
 * once on a new one inside the adapter and is not reported.
 */
export interface UpstreamFailure {
  readonly type: 'failure';
  readonly reason: 'connect' | 'timeout' | 'reset' | 'cancelled' | 'protocol';
  readonly sent: boolean;
  readonly detail: string;
}

export interface UpstreamAnswer {
  readonly type: 'answer';
  readonly status: number;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The next bytes of the body, all that have arrived so far in one piece; `end` after a clean end; a failure for a cut.
   * Not reading holds the upstream back. Never rejects.
   */
  read(): Promise<Uint8Array | 'end' | UpstreamFailure>;
}

export interface UpstreamCall {
  readonly answer: Promise<UpstreamAnswer | UpstreamFailure>;
  /** Gives the call up and closes its connection; a pending read ends with `cancelled`. */
  cancel(): void;
}

export interface Upstream {
  /** Why nothing can be sent from here, such as missing credentials; undefined where nothing is known to be in the way. */
  unusable?(): string | undefined;
  send(request: UpstreamRequest): UpstreamCall;
  close(): Promise<void>;
}
