import { LedgerFileError } from '../lambda/adapters/local/sqlite-schema.ts';
import { ListenError } from '../lambda/adapters/node/http-server.ts';
import { readFlags, USAGE } from './dev/flags.ts';
import { StartProblem } from './dev/inputs.ts';
import { type LocalGateway, startLocal } from './dev/start-local.ts';

/** `npm start`: the gateway on this machine, without an account and without a service. */

/** A terminal's Ctrl-C can arrive twice, once from the terminal and once from npm; within this time it is the same one. */
const SAME_SIGNAL_MS = 2_000;

const flags = readFlags(process.argv.slice(2));
if (flags === 'help') {
  console.log(USAGE);
} else if ('problem' in flags) {
  console.error(`tollgate: ${flags.problem}\n${USAGE}`);
  process.exitCode = 2;
} else {
  try {
    const gateway = await startLocal(flags, process.env, (line) => process.stdout.write(`${line}\n`));
    stopOnSignal(gateway);
    process.stdout.write(`\n${gateway.banner}\n`);
  } catch (error) {
    if (!(error instanceof StartProblem || error instanceof ListenError || error instanceof LedgerFileError))
      throw error;
    console.error(`tollgate: ${error.message}`);
    process.exitCode = 1;
  }
}

function stopOnSignal(gateway: LocalGateway): void {
  let stoppedAt: number | undefined;
  const stop = () => {
    if (stoppedAt !== undefined) {
      if (performance.now() - stoppedAt < SAME_SIGNAL_MS) return;
      console.error('tollgate: stopped at once; what was running is settled at the next start');
      process.exit(130);
    }
    stoppedAt = performance.now();
    console.log('tollgate: finishing running requests (Ctrl-C again to stop at once)');
    gateway.stop().then(
      () => {
        console.log('tollgate: settled and exported');
        process.exit(0);
      },
      (error: unknown) => {
        console.error(`tollgate: could not stop cleanly: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // A closed terminal or pipe must not take running requests along.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}
