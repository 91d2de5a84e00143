import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { scratch } from '../../support/local-gateway.ts';
import { json, recordedRequest } from '../../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway } from '../../support/replay-gateway.ts';
import { TURN_USAGE, type Turn } from '../../support/replay-turn.ts';
import { answerOf } from '../../support/replay-turns.ts';
import type { SentMessage, SentRequest } from '../../support/replay-upstream.ts';
import { claudeCode } from './drivers/claude-code.ts';

const LINE = 'The harbour opens at seven.';

let replay: ReplayGateway;
let folder: string;
let note: string;

before(async () => {
  replay = await startReplayGateway();
  folder = scratch();
  note = join(folder, 'note.txt');
  writeFileSync(note, `${LINE}\n`);
});
after(() => replay.close());

/** A model that reads the file first and then says what it found there. */
function readsThenTells(thinking?: Turn['thinking']) {
  return (request: SentRequest) => {
    const found = JSON.stringify(request.json.messages.slice(-2)).includes(LINE);
    const call = { id: 'toolu_01ReadsTheNote', name: 'Read', input: { file_path: note } };
    return answerOf(
      found ? { text: `It says: ${LINE}` } : { ...(thinking && { thinking }), calls: [call] },
      request,
    );
  };
}

function ask(model: string) {
  return claudeCode(replay.url, folder, `What does ${note} say?`, { ANTHROPIC_MODEL: model });
}

function recordedSignature(): string {
  const messages = recordedRequest('anthropic/claude-code-thinking-tool-roundtrip', 2)['messages'];
  const signature = /"signature":"([^"]+)"/.exec(JSON.stringify(messages))?.[1];
  assert.ok(signature);
  return signature;
}

function assistantParts(request: SentRequest | undefined): unknown[] {
  return (request?.json.messages ?? [])
    .filter(({ role }: SentMessage) => role === 'assistant')
    .flatMap(({ content }: SentMessage) => (Array.isArray(content) ? content : []));
}

test('Claude Code reads a file and tells what it says, through an Anthropic upstream', async () => {
  const thinking = { text: '', signature: recordedSignature() };
  replay.upstream.play(readsThenTells(thinking));
  const told = await ask('claude-sonnet-4-6');
  assert.equal(told.result, `It says: ${LINE}`);
  assert.equal(told.is_error, false);
  assert.equal(told.num_turns, 2);
  assert.equal(told.usage.output_tokens, 2 * TURN_USAGE.output);
  const [one, two] = replay.upstream.requests;
  assert.match(one?.headers['anthropic-beta'] ?? '', /claude-code-\d+,interleaved-thinking/);
  assert.deepEqual(one?.json['context_management'], {
    edits: [{ type: 'clear_thinking_20251015', keep: 'all' }],
  });
  assert.deepEqual(assistantParts(two)[0], {
    type: 'thinking',
    thinking: '',
    signature: thinking.signature,
  });
});

test('Claude Code does the same through a chat upstream, whose requests hold nothing of Anthropic', async () => {
  replay.upstream.play(readsThenTells());
  const told = await ask('lenient-gpt');
  assert.equal(told.result, `It says: ${LINE}`);
  assert.equal(told.is_error, false);
  assert.equal(told.num_turns, 2);
  assert.equal(told.usage.output_tokens, 2 * TURN_USAGE.output);
  const [one, two] = replay.upstream.requests;
  assert.equal(one?.path, '/v1/chat/completions');
  assert.equal(one?.headers['anthropic-beta'], undefined);
  for (const word of ['context_management', 'cache_control', 'x-anthropic-billing-header', 'input_schema'])
    assert.doesNotMatch(one?.body ?? '', new RegExp(`"${word}`), word);
  const result = two?.json.messages.find(({ role }) => role === 'tool');
  assert.equal(result?.['tool_call_id'], 'toolu_01ReadsTheNote');
  assert.match(JSON.stringify(result?.content), new RegExp(LINE));
});

test('reasoning of a chat upstream that wants it back comes back to it through Claude Code', async () => {
  replay.upstream.play(readsThenTells({ text: 'I have to read the note.', signature: '' }));
  const told = await ask('lenient-deepseek');
  assert.equal(told.result, `It says: ${LINE}`);
  const [turn] = replay.upstream.requests[1]?.json.messages.filter(({ role }) => role === 'assistant') ?? [];
  assert.equal(turn?.['reasoning_content'], 'I have to read the note.');
});

test('a refusal of the upstream reaches the user of Claude Code with its status and words', async () => {
  replay.upstream.play(() =>
    json(400, {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'The harbour is closed.' },
    }),
  );
  const told = await ask('claude-sonnet-4-6');
  assert.equal(told.is_error, true);
  assert.equal(told.api_error_status, 400);
  assert.match(told.result, /The harbour is closed\./);
});
