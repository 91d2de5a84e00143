import type {
  BugCode,
  CallerCode,
  DependencyCode,
  ErrorCode,
  RefusalCode,
  UpstreamCode,
} from '../../../lambda/core/errors.ts';

/** What a code means and what whoever meets it does about it, in words for people. */
export interface Words {
  readonly means: string;
  readonly remedy: string;
}

/** How the words of a code that no room raises yet begin; a test finds which ones those are. */
export const NOT_RAISED = 'Not raised yet.';

const CALLER: Readonly<Record<CallerCode, Words>> = {
  invalid_request: {
    means: 'A parameter has a wrong type or value; `param` names it.',
    remedy: 'Correct the parameter. The message says what was found and what was expected.',
  },
  invalid_json: {
    means:
      'The body is no JSON, or JSON that two readers could understand differently, such as a repeated key.',
    remedy: 'Send valid UTF-8 JSON without a byte order mark. The message names path and byte.',
  },
  unsupported_parameter: {
    means: 'A budget applies and the parameter may cost what no price here covers.',
    remedy: 'Leave the parameter out, or give images a bound with `capabilities.image_tokens` of the alias.',
  },
  unauthenticated: {
    means: 'On AWS: no IAM role or user. Locally: a key that `callers` does not list.',
    remedy: 'Sign the request (AWS), or use a listed development key. Such calls leave no audit row.',
  },
  route_not_found: {
    means: 'There is no such path.',
    remedy: 'Let the base URL of the SDK end in `/v1`.',
  },
  model_not_found: {
    means: 'No alias under `models` fits the name.',
    remedy: 'Use a name of `GET /v1/models`. The message names the nearest one.',
  },
  method_not_allowed: {
    means: 'The path exists for another method.',
    remedy: 'Use the method of the header `allow`.',
  },
  request_too_large: {
    means: 'The body is larger than `limits.body_bytes`.',
    remedy: 'Send less, such as images by URL instead of base64.',
  },
  unsupported_media_type: {
    means: 'The body is not announced as JSON, or is compressed.',
    remedy: 'Send `content-type: application/json` and no `content-encoding`.',
  },
};

const REFUSAL: Readonly<Record<RefusalCode, Words>> = {
  budget_exceeded: {
    means:
      'The most that this call can cost does not fit into a budget: spent (`reason: exceeded`), or larger than the whole limit (`reason: never_fits`).',
    remedy:
      'Wait for `resets_at`, ask for a larger limit, or send a smaller `max_tokens`: `max_tokens_that_fits` where the limit alone is too small.',
  },
  budget_held: {
    means: 'The budget has room, but running calls hold it until they have settled.',
    remedy: 'Try again after `retry-after`.',
  },
  rate_limit_exceeded: {
    means:
      'A rate of requests or tokens, or the number of calls at a time, has no room: now (`reason: exceeded`), or for this call ever (`reason: never_fits`).',
    remedy:
      'Try again after `retry-after`. What never fits has `x-should-retry: false` and needs a smaller `max_tokens` (`max_tokens_that_fits`) or a larger burst.',
  },
  stopped: {
    means:
      'An operator has disabled the model, provider, team or app; the message says who, why and until when.',
    remedy: 'Ask whom it names, or use another model.',
  },
  guard_blocked: {
    means:
      'The request holds data of a class at `block`, or something that cannot be scanned while a class is active.',
    remedy: 'Remove what stands at `path`. The value itself is never repeated.',
  },
  policy_denied: {
    means: `${NOT_RAISED} Reserved for models and callers that a policy stops.`,
    remedy: 'None.',
  },
  model_unpriced: {
    means: 'A budget applies and no price is known for the model, so its cost cannot be bounded.',
    remedy: 'Operator: give the alias a `price`.',
  },
};

const UPSTREAM: Readonly<Record<UpstreamCode, Words>> = {
  upstream_rejected: {
    means:
      "The provider refused the request as such; status, `type`, `code` and message are the provider's own.",
    remedy: 'Correct the request. No other target is tried.',
  },
  upstream_rate_limited: {
    means: 'The provider limits the rate, after every target was tried.',
    remedy: "Try again after `retry-after`. Type and code are the provider's own.",
  },
  upstream_auth: {
    means: "The provider refused the gateway's own key (its 401 or 403).",
    remedy: 'Operator: check the key of the provider that `target` names.',
  },
  upstream_error: {
    means: 'The provider failed (its 5xx, or an error in its stream).',
    remedy: 'Try again.',
  },
  upstream_unavailable: {
    means: 'The provider cannot be reached, or answered 503 or 529.',
    remedy: 'Try again; operator: check `base_url`.',
  },
  upstream_timeout: {
    means:
      'The provider was silent for too long (`limits.upstream_head_ms`, `limits.upstream_idle_ms`), answered 408 or 504, or the time of the whole request was over.',
    remedy: 'Try again, or stream.',
  },
  upstream_invalid: {
    means:
      'The provider sent something that is no answer: no JSON, no stream where one was asked for, no HTTP.',
    remedy: 'Operator: check that `base_url` is an OpenAI-compatible API.',
  },
  upstream_cut: {
    means:
      'The connection broke in the middle of the answer. A stream then ends with this error and without `[DONE]`.',
    remedy: 'Try again. What may have been generated is charged.',
  },
};

const DEPENDENCY: Readonly<Record<DependencyCode, Words>> = {
  ledger_unavailable: {
    means: 'The ledger cannot be written, so nothing is admitted.',
    remedy: 'Try again after `retry-after`. Operator: the table (AWS) or the disk (locally).',
  },
  guard_unavailable: {
    means: `${NOT_RAISED} Reserved for detectors outside the process.`,
    remedy: 'None.',
  },
  provider_not_configured: {
    means: 'No target of the alias has its key: the variable is not set, or the secret cannot be read.',
    remedy: 'Operator: set the key. `GET /health/readiness` lists what each provider lacks.',
  },
  draining: {
    means: 'The process is shutting down, or serves as many requests as it may.',
    remedy: 'Try again after `retry-after`.',
  },
};

const BUG: Readonly<Record<BugCode, Words>> = {
  internal: {
    means: 'A fault of the gateway.',
    remedy: 'Report it with the request id; the log has the stack under that id.',
  },
};

/** The families in the order of the page. A code that is missing does not compile. */
export const FAMILIES: readonly {
  readonly title: string;
  readonly words: Partial<Record<ErrorCode, Words>>;
}[] = [
  { title: 'The request is wrong', words: CALLER },
  { title: 'Refused', words: REFUSAL },
  { title: 'The provider failed', words: UPSTREAM },
  { title: 'Something the gateway needs is missing', words: DEPENDENCY },
  { title: 'A fault of the gateway', words: BUG },
];
