/**
 * Every maximum of the gateway, with its unit and its reason. Nothing waits, retries, buffers or grows without one.
 * Those that a deployment may want to change can be set under `limits` in tollgate.yaml.
 */
export interface Limits {
  /** Bytes of a request body. Lambda's synchronous invoke takes 6 MB; locally the same, so that nothing surprises later. */
  readonly bodyBytes: number;
  /** Milliseconds one request may take in all; Lambda's remaining time is used where it is shorter. */
  readonly requestMs: number;
  /** Milliseconds kept back on Lambda to settle after the deadline. */
  readonly settleReserveMs: number;
  /** Milliseconds a streaming caller waits for the HTTP status; until then a failure can still be a real status. */
  readonly holdHeadersMs: number;
  /** Milliseconds of silence before a heartbeat. Load balancers and CLIs cut idle streams at 20 to 60 s. */
  readonly heartbeatMs: number;
  /** Events held back before the answer commits. Providers send a handful of starts and pings before content. */
  readonly heldEvents: number;
  /** Bytes held back before the answer commits. */
  readonly heldBytes: number;
  /** Milliseconds to open a connection to an upstream. */
  readonly connectMs: number;
  /** Milliseconds until an upstream sends its status and headers; reasoning models think this long before them. */
  readonly upstreamHeadMs: number;
  /** Milliseconds between two reads of an answer. Above it the upstream is taken for dead. */
  readonly upstreamIdleMs: number;
  /** Upstream attempts of one request, the first included. */
  readonly attempts: number;
  /** Bytes of a not streamed answer. Larger than any model's output with images in base64. */
  readonly answerBytes: number;
  /** Bytes of an upstream's error body that are read; the rest is drained unread. */
  readonly errorBodyBytes: number;
  /** Bytes of one SSE event. A whole image block in one event stays below. */
  readonly eventBytes: number;
  /** Milliseconds that Ctrl-C waits for running requests before it cuts them. */
  readonly drainMs: number;
  /** Refusal rows a second, principal and process; beyond it they become one row with a count. */
  readonly refusalRowsPerSecond: number;
  /** Nesting of a JSON body. Deeper bodies are no conversation. */
  readonly jsonDepth: number;
  /** Milliseconds for one admission with all its retries against the ledger's store. */
  readonly admitMs: number;
  /** Characters of a tool call id that carries sealed reasoning; clients were seen to return 16,000 intact. */
  readonly capsuleCharacters: number;
  /** Requests served at a time by one process; beyond it a caller is told to come back. */
  readonly concurrentRequests: number;
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 6 * 1024 * 1024,
  requestMs: 600_000,
  settleReserveMs: 15_000,
  holdHeadersMs: 10_000,
  heartbeatMs: 15_000,
  heldEvents: 256,
  heldBytes: 256 * 1024,
  connectMs: 5_000,
  upstreamHeadMs: 300_000,
  upstreamIdleMs: 120_000,
  attempts: 3,
  answerBytes: 64 * 1024 * 1024,
  errorBodyBytes: 256 * 1024,
  eventBytes: 16 * 1024 * 1024,
  drainMs: 30_000,
  refusalRowsPerSecond: 10,
  jsonDepth: 128,
  admitMs: 2_000,
  capsuleCharacters: 16_000,
  concurrentRequests: 5_000,
};
