// Mock upstream on raw sockets, so that it costs little: OpenAI chat completions, Anthropic Messages, Bedrock Converse.
//   node mock-upstream.mjs [--port 0] [--host 127.0.0.1]        prints its URL when it listens
// What to answer is told by the model name: mock-<letter><number>-...
//   c chunks of content (100)   s content bytes per chunk (20)   o bytes of content when not streaming (1024)
//   d ms between chunks (0 = as fast as the loop turns)          t ms before the first byte (0)
//   b chunks per write (1)      k 1 = answer with a tool call    e HTTP status of an error answer
// Each content chunk opens with "@" and 14 digits: CLOCK_MONOTONIC microseconds at the write, so that the
// load generator (same machine) can tell how long that very chunk was under way.
import net from 'node:net';
import { anthropicPlan, bedrockPlan, shapeOf, streamPlan, whole } from './answers.mjs';
import { parseArgs } from './args.mjs';
import { Http1Reader } from './http1.mjs';

const head = (status, type, length) =>
  `HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\n${length === undefined ? 'transfer-encoding: chunked' : `content-length: ${length}`}\r\n\r\n`;
const has = (body, key, value) => {           // "key" : value, whatever the spacing
  for (let i = body.indexOf(key); i >= 0; i = body.indexOf(key, i + 1)) {
    let p = i + key.length;
    while (body[p] === 32 || body[p] === 58) p++;
    if (body.latin1Slice(p, p + value.length) === value) return true;
  }
  return false;
};
const modelIn = (body) => {
  const i = body.indexOf('"model"');
  if (i < 0) return '';
  const from = body.indexOf(34, i + 7) + 1;
  return body.latin1Slice(from, body.indexOf(34, from));
};

// One clock for all paced streams, one immediate for all unpaced ones: the mock stays cheap with many streams.
const paced = [];
let clock = null;
function tick() {
  const now = performance.now();
  for (let i = 0; i < paced.length; i++) {
    const s = paced[i];
    let more = true;
    while (more && s.due <= now) { more = s.step(); s.due += s.delay; }
    if (!more) { paced[i] = paced[paced.length - 1]; paced.pop(); i--; }
  }
  if (!paced.length) { clearInterval(clock); clock = null; }
}
function pace(step, delay, first) {
  paced.push({ step, delay, due: performance.now() + first });
  clock ??= setInterval(tick, 1);
}
let eager = [], eagerSet = false;
function runEager() {
  eagerSet = false;
  const now = eager; eager = [];
  for (const step of now) if (step()) eager.push(step);
  if (eager.length && !eagerSet) { eagerSet = true; setImmediate(runEager); }
}
function hurry(step) { eager.push(step); if (!eagerSet) { eagerSet = true; setImmediate(runEager); } }

function answer(socket, path, body) {
  if (path.endsWith('/messages')) return stream(socket, anthropicPlan(shapeOf(modelIn(body))), shapeOf(modelIn(body)), 'text/event-stream; charset=utf-8');
  if (path.endsWith('/converse-stream')) {
    const shape = shapeOf(decodeURIComponent(path.split('/').at(-2)));
    return stream(socket, bedrockPlan(shape), shape, 'application/vnd.amazon.eventstream');
  }
  const shape = shapeOf(modelIn(body));
  if (!path.endsWith('/chat/completions') || shape.e) {
    const json = JSON.stringify({ error: { message: 'mock error', type: 'mock', code: null, param: null } });
    socket.write(head(shape.e || 404, 'application/json', json.length) + json, 'latin1');
    return;
  }
  if (!has(body, '"stream"', 'true')) {
    const json = whole(shape);
    const send = () => { if (!socket.destroyed) socket.write(head(200, 'application/json', json.length) + json, 'latin1'); };
    if (shape.t) setTimeout(send, shape.t); else send();
    return;
  }
  stream(socket, streamPlan(shape, has(body, '"include_usage"', 'true')), shape, 'text/event-stream; charset=utf-8');
}

function stream(socket, plan, shape, type) {
  let i = 0, first = true;
  const step = () => {
    if (socket.destroyed) return false;
    let out = '';
    if (first) { first = false; out = head(200, type) + plan.open; }
    for (let b = 0; b < shape.b && i < shape.c; b++, i++) out += plan.chunk();
    const more = i < shape.c;
    if (!more) out += plan.close;
    socket.write(out, 'latin1');
    return more;
  };
  if (shape.d) pace(step, shape.d, shape.t);
  else if (shape.t) setTimeout(() => hurry(step), shape.t);
  else hurry(step);
}

const a = parseArgs(process.argv.slice(2), { port: 0, host: '127.0.0.1' });
const server = net.createServer({ noDelay: true }, (socket) => {
  let path, parts = [];
  const reader = new Http1Reader('request', {
    onHead(h) {
      const from = h.indexOf(' '), to = h.indexOf(' ', from + 1);
      path = h.slice(from + 1, to).split('?')[0];
    },
    onBody(buf, from, to) { parts.push(buf.subarray(from, to)); },
    onEnd() {
      const body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
      parts = [];
      answer(socket, path, body);
    },
  });
  socket.on('data', (b) => { try { reader.push(b); } catch { socket.destroy(); } });
  socket.on('error', () => socket.destroy());
});
server.listen(a.port, a.host, 4096, () => console.log(`http://${a.host}:${server.address().port}`));
