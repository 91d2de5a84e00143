// What the mock upstream answers: bodies and stream plans in the OpenAI chat format, streams also as Anthropic's
// events and as Bedrock's event stream.
import { crc32 } from 'node:zlib';

const shapes = new Map();
const DEFAULT = { c: 100, s: 20, o: 1024, d: 0, t: 0, b: 1, k: 0, e: 0 };
export function shapeOf(model) {
  let s = shapes.get(model);
  if (!s) {
    s = { ...DEFAULT, key: model };
    const at = model.indexOf('mock-');
    if (at >= 0) for (const part of model.slice(at + 5).split(/[-:]/)) { const m = /^([csodtbke])(\d+)$/.exec(part); if (m) s[m[1]] = +m[2]; }
    if (shapes.size < 1000) shapes.set(model, s);
  }
  return s;
}

const WORDS = 'the quick model reads every token of this text and then it answers with some more of them so that we can count '.repeat(2000);
const filler = (n) => WORDS.slice(0, n);
const ID = 'CjF9mZ3kQ1vT7xWb2LhYpR4sUdNe8', CREATED = 1764000000, MODEL = 'gpt-4o-mini-2024-07-18';
const usage = (n) => ({
  prompt_tokens: 250, completion_tokens: n, total_tokens: 250 + n,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
});
const TOOL_ARGS = { path: 'src/index.ts', pattern: 'export function', limit: 20 };

const bodies = new Map();
/** The body of an answer that is not streamed, made once for each shape. */
export function whole(s) {
  let json = bodies.get(s.key);
  if (json) return json;
  const message = s.k
    ? { role: 'assistant', content: null, tool_calls: [{ id: 'call_9f8e7d6c5b4a', type: 'function', function: { name: 'search_files', arguments: JSON.stringify(TOOL_ARGS) } }], refusal: null, annotations: [] }
    : { role: 'assistant', content: filler(s.o), refusal: null, annotations: [] };
  json = JSON.stringify({
    id: `chatcmpl-${ID}`, object: 'chat.completion', created: CREATED, model: MODEL,
    choices: [{ index: 0, message, logprobs: null, finish_reason: s.k ? 'tool_calls' : 'stop' }],
    usage: usage(Math.ceil(s.o / 4)), service_tier: 'default', system_fingerprint: 'fp_34a54ae93c',
  });
  bodies.set(s.key, json);
  return json;
}

/** 14 digits: CLOCK_MONOTONIC in microseconds, the same clock in every process of this machine. */
function stamp() {
  const t = process.hrtime();
  return String(t[0] * 1e6 + Math.floor(t[1] / 1e3)).padStart(14, '0');
}

const MARK = '@00000000000000';
const framed = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;

const event = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** The same stream in Anthropic's events. */
export function anthropicPlan(s) {
  const message = { id: `msg_${ID}`, type: 'message', role: 'assistant', model: 'claude-mock', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 250, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 1 } };
  const delta = (text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
  const [before, after] = framed(delta(`${MARK} ${filler(Math.max(0, s.s - 16))}`)).split(MARK);
  const close = [
    event({ type: 'content_block_stop', index: 0 }),
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: s.c } }),
    event({ type: 'message_stop' }),
  ];
  return {
    open: framed(event({ type: 'message_start', message })) + framed(event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })),
    chunk: () => `${before}@${stamp()}${after}`,
    close: `${close.map(framed).join('')}0\r\n\r\n`,
  };
}

/** One frame of an AWS event stream, as Latin-1 text. */
function frame(name, payload) {
  const header = (key, value) => {
    const head = Buffer.alloc(1 + key.length + 3);
    head[0] = key.length;
    head.write(key, 1, 'latin1');
    head[1 + key.length] = 7;
    head.writeUInt16BE(value.length, 2 + key.length);
    return Buffer.concat([head, Buffer.from(value, 'latin1')]);
  };
  const headers = Buffer.concat([header(':event-type', name), header(':content-type', 'application/json'), header(':message-type', 'event')]);
  const body = Buffer.from(JSON.stringify(payload));
  const out = Buffer.alloc(16 + headers.length + body.length);
  out.writeUInt32BE(out.length, 0);
  out.writeUInt32BE(headers.length, 4);
  out.writeUInt32BE(crc32(out.subarray(0, 8)), 8);
  headers.copy(out, 12);
  body.copy(out, 12 + headers.length);
  out.writeUInt32BE(crc32(out.subarray(0, out.length - 4)), out.length - 4);
  return out.toString('latin1');
}

/** The same stream in Bedrock's frames. */
export function bedrockPlan(s) {
  const rest = filler(Math.max(0, s.s - 16));
  const close = [
    frame('contentBlockStop', { contentBlockIndex: 0, p: 'abcdefgh' }),
    frame('messageStop', { stopReason: 'end_turn', p: 'abcdefgh' }),
    frame('metadata', { metrics: { latencyMs: 500 }, usage: { inputTokens: 250, outputTokens: s.c, totalTokens: 250 + s.c }, p: 'abcdefgh' }),
  ];
  return {
    open: framed(frame('messageStart', { role: 'assistant', p: 'abcdefgh' })),
    chunk: () => framed(frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: `@${stamp()} ${rest}` }, p: 'abcdefgh' })),
    close: `${close.map(framed).join('')}0\r\n\r\n`,
  };
}

const plans = new Map();
/** {open, chunk(), close} of a streamed answer, each already in HTTP chunk framing. */
export function streamPlan(s, withUsage) {
  const key = `${withUsage} ${s.key}`;
  let plan = plans.get(key);
  if (plan) return plan;
  const chunk = (delta, finish, extra) => `data: ${JSON.stringify({
    id: `chatcmpl-${ID}`, object: 'chat.completion.chunk', created: CREATED, model: MODEL, service_tier: 'default', system_fingerprint: 'fp_34a54ae93c',
    choices: extra ? [] : [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...(withUsage ? { usage: extra ?? null } : {}), obfuscation: 'aB3xY9',
  })}\n\n`;
  const close = [chunk({}, 'stop'), ...(withUsage ? [chunk(null, null, usage(s.c))] : []), 'data: [DONE]\n\n'];
  const [before, after] = framed(chunk({ content: `${MARK} ${filler(Math.max(0, s.s - 16))}` }, null)).split(MARK);
  plan = {
    open: framed(chunk({ role: 'assistant', content: '', refusal: null }, null)),
    chunk: () => `${before}@${stamp()}${after}`,
    close: `${close.map(framed).join('')}0\r\n\r\n`,
  };
  plans.set(key, plan);
  return plan;
}
