import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { runtimeClient } from './install.ts';
import { type Invocation, type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

export interface Runtime {
  readonly api: RuntimeApi;
  readonly process: ChildProcess;
  /** What the function wrote to its log. */
  logs(): string;
  invoke(event: unknown, timeoutMs?: number): Invocation;
  stop(): Promise<void>;
}

/** Runs a bundled function as Lambda does: AWS's runtime client around `index.handler`, one event at a time. */
export async function startRuntime(bundle: string, env: Record<string, string>): Promise<Runtime> {
  const { entry, preload } = runtimeClient();
  const api = await startRuntimeApi();
  const child = spawn(process.execPath, ['--require', preload, entry], {
    cwd: bundle,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
      AWS_LAMBDA_FUNCTION_NAME: 'gateway',
      AWS_LAMBDA_FUNCTION_VERSION: '1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/gateway',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      LAMBDA_TASK_ROOT: bundle,
      _HANDLER: 'index.handler',
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const kill = (): void => void child.kill('SIGKILL');
  process.on('exit', kill);
  let stopping = false;
  const exited = once(child, 'exit').then(([code]) => {
    if (!stopping) api.fail(new Error(`the runtime exited with ${code}:\n${output}`));
  });
  return {
    api,
    process: child,
    logs: () => output,
    invoke: (event, timeoutMs) => api.invoke(event, timeoutMs),
    async stop() {
      stopping = true;
      kill();
      await exited;
      process.off('exit', kill);
      await api.close();
    },
  };
}
