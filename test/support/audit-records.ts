import type { FinalRecord, HeldRecord } from '../../lambda/core/audit/records.ts';

/** A usual request's first half; change what a test is about. */
export function heldRecord(change: Partial<HeldRecord> = {}): HeldRecord {
  return {
    receivedMs: Date.UTC(2026, 10, 24, 9, 59, 59, 123),
    environment: 'local',
    configVersion: '3f2a9c01',
    caller: {
      principal: 'arn:aws:iam::123456789012:role/search-web',
      team: 'search',
      app: 'web',
      user: undefined,
    },
    dialect: 'openai-chat',
    route: 'chat',
    modelAsked: 'fast',
    provider: 'openai',
    modelServed: 'gpt-5-nano',
    stream: true,
    priceVersion: 'openai/gpt-5-nano@2026-10-12',
    endUser: undefined,
    guardAction: 'none',
    guardCounts: {},
    ...change,
  };
}

/** A usual request's second half. */
export function finalRecord(change: Partial<FinalRecord> = {}): FinalRecord {
  return {
    status: 200,
    errorCode: undefined,
    finishReason: 'stop',
    usage: { input: 10, cacheRead: 4, cacheWrite: 0, cacheWriteLong: 0, output: 5, reasoning: 2 },
    usageSource: 'upstream',
    served: { provider: 'openai', model: 'gpt-5-nano' },
    attempts: [{ target: 'openai/gpt-5-nano', result: 'ok', ms: 812.25, billed: true }],
    ttftMs: 301.5,
    totalMs: 815.75,
    overheadMs: 3.5,
    warnings: [],
    refusedBy: undefined,
    guard: undefined,
    count: 1,
    client: 'OpenAI/JS 7.57.0',
    ...change,
  };
}
