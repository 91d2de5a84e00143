/**
 * Prints what detection costs: a dense and an ordinary text of 100 kB, a prompt of 2 kB, a whole body, and inputs made
 * to be slow, at 100 and 200 kB. Run it alone: `node test/bench/micro/guard.ts`.
 */
import { detect } from '../../../lambda/core/guard/detect.ts';
import { scanBody } from '../../../lambda/core/guard/scan-body.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { CARDS, IBANS, JWT, privateKey, TOKENS } from '../../unit/core/guard/samples.ts';

const PROSE =
  'The deploy of build 5528668104 finished at 2024-04-08T01:27:45Z in 971 s; see section 3.2 of the guide, "notes", ' +
  'and https://example.com/a/b?page=2 for the rest. const total = items.reduce((sum, item) => sum + item.price, 0);\n';

const VALUES = [
  'jane@example.com',
  ...Object.values(CARDS),
  ...Object.values(IBANS),
  ...Object.values(TOKENS),
  JWT,
];
const DENSE_LINES = [
  ...VALUES.map((value, index) => `line ${index * 7919}: contact ${value}, due 12.04.2025, total 1.204,50\n`),
  '{"to":"jane\\u0040example.com","n":123456789}\n',
  `${privateKey('RSA PRIVATE KEY')}\n`,
];

const HOSTILE = [
  ...[
    'a@',
    'a@a.',
    'a.a.',
    '1-',
    '4-',
    '4111 ',
    '4111111111111111 ',
    '1.1.1.',
    'DE89 ',
    'GB82WEST12345698765432',
  ],
  ...[
    'eyJ',
    'eyJhbGciOi.',
    ' eyJhbGciOiJIUzI1NiJ9.',
    '-----BEGIN PRIVATE KEY-----',
    'sk-',
    'sk-aB3',
    'AKIA',
    'xoxb-',
  ],
  ...[
    '-----BEGIN PRIVATE KEY-----\nAAAAAAAAAAAA\n',
    'secretkey=',
    'aws_secret ',
    '%40',
    '%25',
    '\\u0040',
    '&amp;',
  ],
  ...['(at)', ' at ', 'a(at)a dot ', '\u200b1', '４', '://a@b.co', 'aB3/'],
];

function repeat(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

/** Median and least of some runs, in milliseconds. */
function time(run: () => void, runs: number): { readonly p50: number; readonly least: number } {
  for (let index = 0; index < 5; index++) run();
  const times: number[] = [];
  for (let index = 0; index < runs; index++) {
    const from = performance.now();
    run();
    times.push(performance.now() - from);
  }
  times.sort((one, other) => one - other);
  return { p50: times[runs >> 1] ?? 0, least: times[0] ?? 0 };
}

function report(name: string, run: () => void, runs = 30): void {
  const { p50, least } = time(run, runs);
  console.log(`${name.padEnd(44)} p50 ${p50.toFixed(3)} ms, least ${least.toFixed(3)} ms`);
}

const dense = repeat(DENSE_LINES.join(''), 100_000);
const ordinary = repeat(PROSE, 100_000);
report('dense, 100 kB', () => detect(dense));
report('ordinary, 100 kB', () => detect(ordinary));
report('dense prompt, 2 kB', () => detect(dense.slice(0, 2000)), 500);
report('ordinary prompt, 2 kB', () => detect(ordinary.slice(0, 2000)), 500);

for (const [name, text] of Object.entries({ dense, ordinary })) {
  const messages = Array.from({ length: 50 }, (_, index) => ({
    role: 'user',
    content: text.slice(index * 2000, index * 2000 + 2000),
  }));
  const bytes = Buffer.from(JSON.stringify({ model: 'm', messages }));
  const tape = scanJson(bytes, 128);
  if (tape instanceof JsonTape)
    report(`${name} body of 50 messages, 100 kB`, () => scanBody(bytes, tape, () => 'redact', 128));
}

for (const unit of HOSTILE) {
  const [small, large] = [repeat(unit, 100_000), repeat(unit, 200_000)].map(
    (text) => time(() => detect(text), 3).least,
  );
  if (small === undefined || large === undefined) continue;
  console.log(
    `${JSON.stringify(unit).padEnd(44)} ${small.toFixed(1)} ms, doubled x ${(large / small).toFixed(1)}`,
  );
}
