import assert from 'node:assert/strict';
import { type GuardOutcome, type GuardPolicy, scanBody } from '../../../../lambda/core/guard/scan-body.ts';
import { scanJson } from '../../../../lambda/wire/json-scan.ts';
import { applyPatches } from '../../../../lambda/wire/json-splice.ts';
import { JsonTape } from '../../../../lambda/wire/json-tape.ts';

export const REDACT_ALL: GuardPolicy = () => 'redact';

/** Scans a body given as JSON text. */
export function scan(json: string, policy: GuardPolicy = REDACT_ALL): GuardOutcome {
  const bytes = Buffer.from(json);
  const tape = scanJson(bytes, 128);
  assert.ok(tape instanceof JsonTape, 'the test gives valid JSON');
  return scanBody(bytes, tape, policy, 128);
}

/** The body as it would leave; fails unless it may leave. */
export function redacted(json: string, policy: GuardPolicy = REDACT_ALL): string {
  const outcome = scan(json, policy);
  assert.equal(outcome.kind, 'pass');
  return Buffer.from(
    applyPatches(Buffer.from(json), outcome.kind === 'pass' ? outcome.patches : []),
  ).toString();
}
