import { hasPython, pythonProgram } from '../support/python-venv.ts';
import { checkDeployment } from './deployment.ts';
import { startEmulator } from './emulator.ts';
import { check, close, progress } from './report.ts';

/**
 * `npm run test:aws`: deploys to an emulator of AWS on this machine and asks the audit through Athena's API. Makes its
 * own Python environment in .cache/aws the first time. Needs no account and reaches none.
 */
const LIMIT_MS = 300_000;
const packages = { venv: '.cache/aws/venv', requirements: 'test/aws/requirements.txt' };

if (!hasPython()) {
  console.log('python3 with venv is missing, and the emulator is a Python program: nothing was tested');
  console.log('0 passed, 0 failed, 1 skipped');
  // A laptop may lack Python; where the result is relied on, nothing tested is no success.
  process.exit(process.env['CI'] === 'true' ? 1 : 0);
}

setTimeout(() => {
  progress(`stopped after ${LIMIT_MS / 1000} s`);
  close();
  process.exit(1);
}, LIMIT_MS).unref();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

progress('installing the emulator, unless it is there');
const emulator = await check(
  'the emulator is installed and starts on a free port of the loopback interface',
  async () => startEmulator(pythonProgram(packages, 'ministack')),
);
if (emulator !== undefined) {
  progress(`AWS is ${emulator.endpoint}, its log ${emulator.log}`);
  try {
    await checkDeployment(emulator);
  } finally {
    await emulator.stop();
  }
}
process.exit(close());
