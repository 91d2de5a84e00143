import { readFileSync } from 'node:fs';
import { SseSplitter } from '../../../lambda/wire/sse.ts';

/** Prints how long the splitting of a recorded stream takes per event: `node test/bench/micro/sse.ts`. */
const bytes = readFileSync(new URL('../../fixtures/openai-chat/n2-stream/01.response.sse', import.meta.url));
const events = new SseSplitter(1 << 20).push(bytes);
const roundsOf = 4;

for (const [name, reads] of [
  ['one read per event', events.map((event) => event.raw)],
  ['reads of 4 KB', pieces(4096)],
  ['reads of 64 bytes', pieces(64)],
] as const) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < roundsOf; round++) {
    const before = process.cpuUsage();
    for (let run = 0; run < 2_000; run++) {
      const splitter = new SseSplitter(1 << 20);
      for (const read of reads) splitter.push(read);
    }
    const used = process.cpuUsage(before);
    best = Math.min(best, (used.user + used.system) / 2_000 / events.length);
  }
  console.log(
    `${name.padEnd(20)} ${best.toFixed(2)} µs per event of ${Math.round(bytes.length / events.length)} bytes`,
  );
}

function pieces(size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
