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
    name: 'x-tollgate-budget-scope',
    when: 'admitted under a budget',
    means: 'scope and window of the tightest budget, such as `team:search month`',
  },
  { name: 'x-tollgate-budget-limit-usd', when: 'admitted under a budget', means: 'its limit' },
  {
    name: 'x-tollgate-budget-remaining-usd',
    when: 'admitted under a budget',
    means: 'what is left of it while this call holds the most that it can cost',
  },
  {
    name: 'x-tollgate-budget-reset',
    when: 'admitted under a budget, not `total`',
    means: 'when its window ends, ISO 8601, UTC',
  },
  { name: 'x-tollgate-error', when: 'errors', means: "the gateway's [code](errors.md)" },
  { name: 'x-should-retry', when: 'errors', means: '`false` where the same request cannot succeed' },
  { name: 'retry-after', when: 'errors', means: 'seconds after which it may' },
  { name: 'allow', when: '405', means: 'the method that the path takes' },
];
