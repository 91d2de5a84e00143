export interface HeaderWords {
  readonly name: string;
  readonly when: string;
  readonly means: string;
}

/** Headers of answers, in the order of the page. A test finds each header that the code sends and is not here. */
export const ANSWER_HEADERS: readonly HeaderWords[] = [
  { name: 'x-tollgate-request-id', when: 'model routes, errors', means: '`request_id` of the audit row' },
  { name: 'x-request-id', when: 'always', means: 'the same; SDKs of OpenAI show it' },
  { name: 'x-tollgate-model', when: 'admitted', means: 'the model as it was asked for' },
  { name: 'x-tollgate-target', when: 'answered', means: 'who answered: `provider/model`' },
  { name: 'x-tollgate-attempts', when: 'answered', means: 'calls made to providers, the last one included' },
  {
    name: 'x-tollgate-warnings',
    when: 'admitted',
    means: 'what was changed or added, such as an injected `max_tokens`; separated by `; `',
  },
  { name: 'x-tollgate-cost-usd', when: 'answered, not streamed', means: 'what was charged, exact decimal' },
  {
    name: 'x-tollgate-would-refuse',
    when: 'admitted, past a limit with `mode: observe`',
    means: 'which limits would have refused the call; separated by `; `',
  },
  {
    name: 'x-tollgate-budget-scope',
    when: 'admitted under a budget, refused by one',
    means:
      'scope and window of the tightest budget, such as `team:search month`; of a refusal the one without room',
  },
  { name: 'x-tollgate-budget-limit-usd', when: 'the same', means: 'its limit' },
  {
    name: 'x-tollgate-budget-remaining-usd',
    when: 'the same',
    means: 'what is left of it while this call holds the most that it can cost',
  },
  {
    name: 'x-tollgate-budget-reset',
    when: 'the same, not for `total`',
    means: 'when its window ends, ISO 8601, UTC',
  },
  ...['requests', 'tokens'].flatMap((of) => [
    {
      name: `x-ratelimit-limit-${of}`,
      when: `admitted under a rate of ${of}, refused by one; OpenAI's routes`,
      means: `${of} a minute, of the rate with the least left`,
    },
    { name: `x-ratelimit-remaining-${of}`, when: 'the same', means: 'what may be used of it at once' },
    {
      name: `x-ratelimit-reset-${of}`,
      when: 'the same, not refused',
      means: 'how long until all that may be used at once is there again, such as `120ms` or `6m0s`',
    },
  ]),
  ...['requests', 'tokens'].flatMap((of) => [
    {
      name: `anthropic-ratelimit-${of}-limit`,
      when: `admitted under a rate of ${of}, refused by one; Anthropic's routes`,
      means: `${of} a minute, of the rate with the least left`,
    },
    {
      name: `anthropic-ratelimit-${of}-remaining`,
      when: 'the same',
      means: 'what may be used of it at once',
    },
    {
      name: `anthropic-ratelimit-${of}-reset`,
      when: 'the same, not refused',
      means: 'when all that may be used at once is there again, RFC 3339, UTC',
    },
  ]),
  { name: 'x-tollgate-error', when: 'errors', means: "the gateway's [code](errors.md)" },
  { name: 'x-should-retry', when: 'errors', means: '`false` where the same request cannot succeed' },
  { name: 'retry-after', when: 'errors', means: 'seconds after which it may' },
  { name: 'allow', when: '405', means: 'the method that the path takes' },
];
