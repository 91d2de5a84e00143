import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What `claude -p --output-format json` prints, as far as we look. */
export interface ClaudeResult {
  readonly is_error: boolean;
  readonly result: string;
  readonly num_turns: number;
  readonly api_error_status: number | null;
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
  readonly permission_denials: readonly unknown[];
}

/**
 * Runs the real command line tool once, with a home of its own and nothing of this machine's settings. The wrapper beside
 * the binary needs no install script.
 */
export async function claudeCode(
  url: string,
  folder: string,
  prompt: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ClaudeResult> {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const wrapper = createRequire(import.meta.url).resolve('@anthropic-ai/claude-code/cli-wrapper.cjs');
  const child = spawn(
    process.execPath,
    [wrapper, '-p', prompt, '--output-format', 'json', '--allowedTools', 'Read'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_AUTH_TOKEN: 'any',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        ...env,
      },
    },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    errors += bytes.toString();
  });
  await once(child, 'close');
  try {
    return JSON.parse(output) as ClaudeResult;
  } catch {
    throw new Error(`claude printed no JSON: ${output}${errors}`);
  }
}
