import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { splice } from '../../../lambda/wire/json-splice.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';

/** Prints how long the reading and editing of typical request bodies takes: `node test/bench/micro/json-tape.ts`. */
const line = 'The quick brown fox jumps over the lazy dog, and then it goes home for "tea".\n';
const parameters = {
  type: 'object',
  properties: { city: { type: 'string', description: 'A city' }, days: { type: 'integer' } },
};

const bodies = {
  '100 KB prompt': chat([{ role: 'user', content: line.repeat(1250) }], 0),
  '100 KB prompt without escapes': chat(
    [{ role: 'user', content: line.replace(/["\n]/g, ' ').repeat(1280) }],
    0,
  ),
  '100 KB prompt, Chinese': chat(
    [{ role: 'user', content: '今天天气很好，我们去公园散步吧。'.repeat(2080) }],
    0,
  ),
  '50 messages, 10 tools': chat(
    Array.from({ length: 50 }, (_, turn) => ({
      role: turn % 2 === 0 ? 'user' : 'assistant',
      content: line.repeat(1 + (turn % 9)),
    })),
    10,
  ),
  '1 KB': chat([{ role: 'user', content: line.repeat(10) }], 0),
};

for (const [name, bytes] of Object.entries(bodies)) {
  const text = bytes.toString();
  const tape = scanJson(bytes, 128);
  if (!(tape instanceof JsonTape)) throw new Error(tape.problem);
  const runs = bytes.length > 10_000 ? 3_000 : 100_000;
  console.log(
    [
      name.padEnd(30),
      `${bytes.length} bytes`.padStart(13),
      `${tape.length} tokens`.padStart(11),
      `JSON.parse ${micros(runs, () => JSON.parse(text))}`,
      `scanJson ${micros(runs, () => scanJson(bytes, 128))}`,
      `splice of two edits ${micros(runs, () =>
        splice(bytes, tape, [
          { op: 'set', path: ['model'], json: '"gpt-5-mini"' },
          { op: 'set', path: ['stream_options', 'include_usage'], json: 'true' },
        ]),
      )}`,
    ].join('  '),
  );
}

function chat(messages: readonly unknown[], tools: number): Buffer {
  const list = Array.from({ length: tools }, (_, index) => ({
    type: 'function',
    function: { name: `tool_${index}`, description: line, parameters },
  }));
  return Buffer.from(
    JSON.stringify({ model: 'fast', messages, stream: true, ...(tools > 0 && { tools: list }) }),
  );
}

/** Microseconds of processor time per call, the better of three rounds after a warm-up. */
function micros(runs: number, call: () => unknown): string {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round++) {
    const before = process.cpuUsage();
    for (let run = 0; run < runs; run++) call();
    const used = process.cpuUsage(before);
    if (round > 0) best = Math.min(best, (used.user + used.system) / runs);
  }
  return `${best.toFixed(1)} µs`.padStart(9);
}
