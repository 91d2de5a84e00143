// One cold start: imports a streaming handler as Lambda's runtime does, sends it one event, prints one JSON line.
//   node cold-start.mjs HANDLER.mjs [EVENT as JSON]
// importMs: until the module is there. firstByteMs: from the start of the import to the first byte of the answer.
import { pathToFileURL } from 'node:url';
import { Writable } from 'node:stream';

const [file, event] = process.argv.slice(2);
let status;
globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: { from(stream, { statusCode }) { status = statusCode; return stream; } },
};
const begin = performance.now();
const { handler } = await import(pathToFileURL(file).href);
const importMs = performance.now() - begin;
let firstByteMs = null, text = '';
if (event !== undefined) {
  const stream = new Writable({
    write(chunk, encoding, done) {
      if (chunk.length > 0) firstByteMs ??= performance.now() - begin;
      text += chunk;
      done();
    },
  });
  await handler(JSON.parse(event), stream, { getRemainingTimeInMillis: () => 60000, awsRequestId: 'r' });
  if (status !== 200) { console.error(`status ${status}: ${text}`); process.exit(1); }
}
console.log(`\n${JSON.stringify({ importMs, firstByteMs })}`);
process.exit(0);
