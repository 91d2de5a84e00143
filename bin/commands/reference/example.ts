/** A config that uses every key of the schema, for the reference page. A test reads it and finds no key unused. */
export const EXAMPLE = `providers:
  # Answers inside the gateway, for development and demonstrations.
  sandbox:
    type: sandbox
  openai:
    type: openai
    base_url: https://eu.api.openai.com/v1 # leave out for api.openai.com
    key:
      env: OPENAI_API_KEY # read by npm start
      secret: tollgate/openai # read on AWS
  anthropic:
    type: anthropic
    key: { env: ANTHROPIC_API_KEY, secret: tollgate/anthropic }
  # Signed with the credentials of the process or of the function.
  bedrock:
    type: bedrock
    betas: [context-1m-2025-08-07]
    region: eu-central-1
  vllm:
    type: openai-compatible
    preset: vllm # what this server does differently
    base_url: https://vllm.example.com/v1

models:
  # A plain alias: callers say gpt-5.4-mini, and so does the upstream.
  gpt-5.4-mini:
    targets:
      - provider: openai
  # Two places behind one name. The second is tried when the first does not answer.
  chat-default:
    targets:
      - provider: vllm
        model: qwen3-32b
        priority: 1
      - provider: openai
        model: gpt-5.4-mini
        priority: 2
    max_output_tokens: 4096
    # The catalog does not know qwen3-32b. The price also counts for the other target of the alias.
    price: { input: 0.75, output: 4.50, cache_read: 0.075, cache_write: 0.75, cache_write_1h: 0.75, reasoning: 4.50 }
    capabilities:
      context_tokens: 32768
      max_output_tokens: 8192
      hidden_reasoning: true
      image_tokens: 4050
      thinking: effort
      sampling: both
      structured_output: true
      system_turns: true
    unsupported: drop # leave out what a target cannot take, and tell the caller
  # Claude, at Anthropic first and on Bedrock when that does not answer.
  claude-sonnet-5:
    targets:
      - provider: anthropic
      - provider: bedrock
        model: eu.anthropic.claude-sonnet-5
  # Prompts above a number of tokens cost more as a whole.
  long-context:
    targets: [{ provider: vllm, model: qwen3-235b }]
    price:
      input: 1
      output: 4
      long:
        above_input_tokens: 200000
        input: 2
        output: 6
        cache_read: 0.2
        cache_write: 2
        cache_write_1h: 2
        reasoning: 6
  # Any name that starts so; the target gets the name that was asked for.
  sandbox-*:
    targets: [{ provider: sandbox }]

teams:
  search: { description: Search and ranking }
  support: {}

callers:
  - principal: arn:aws:sts::123456789012:assumed-role/search-web
    team: search
    app: web
    reasoning_in_tool_ids: false # its database keeps tool call ids in a short column
  - principal: arn:aws:sts::123456789012:assumed-role/search-*
    team: search
  - principal: arn:aws:iam::123456789012:user/alice
    team: support
    user: alice
  # People who sign in through IAM Identity Center: the session is named after the person.
  - principal: arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_*
    team: search
    trusted_session_names: true
  # For npm start; ignored on AWS.
  - key: { env: TOLLGATE_KEY_SUPPORT }
    team: support
    app: desk

budgets:
  - scope: account
    limit_usd: 5000
    window: month
    soft_usd: 4000 # from here on a warning
    on_ledger_down:
      allow_usd: 5 # for each process and outage
  # Each team its own 500 dollars a month, and 2000 for search in place of them.
  - { scope: "team:*", limit_usd: 500, window: month, tz: Europe/Berlin }
  - { scope: team:search, limit_usd: 2000, window: month, tz: Europe/Berlin }
  - { scope: app:search/web, limit_usd: 99.50, window: day }
  - { scope: "user:*", limit_usd: 20, window: week, mode: enforce }
  # A development key, a model and a provider have budgets of their own.
  - { scope: key:TOLLGATE_KEY_SUPPORT, limit_usd: 1, window: day }
  - { scope: model:long-context, limit_usd: 300, window: month }
  - { scope: provider:vllm, limit_usd: 1000, window: total }
  # A trial: refuses nobody, and audit rows say whom it would have refused.
  - { scope: "app:*", limit_usd: 50, window: week, mode: observe }

rates:
  - scope: "app:*"
    requests_per_minute: 600
    burst_requests: 100 # at once; without it as many as a minute
    tokens_per_minute: 400000
    burst_tokens: 800000
    parallel: 50
  - { scope: provider:vllm, parallel: 16 }
  - { scope: "user:*", requests_per_minute: 60, mode: observe }

guard:
  mode: enforce
  classes:
    credential: block
    card: redact
    financial: redact
    contact: allow

limits:
  request_ms: 600000
  hold_headers_ms: 10000
  heartbeat_ms: 15000
  upstream_head_ms: 300000
  upstream_idle_ms: 120000
  connect_ms: 5000
  attempts: 3
  body_bytes: 6291456
  held_events: 256
  held_bytes: 262144
  drain_ms: 30000
  refusal_rows_per_second: 10
`;
