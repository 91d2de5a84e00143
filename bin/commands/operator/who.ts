import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

/** Milliseconds for the AWS CLI to say who its credentials are. */
const IDENTITY_MS = 10_000;

/** The user of this machine; `unknown` where it has no name, as in some containers. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

/** Role and session, or IAM user, of the AWS credentials, as the AWS CLI tells; without it the user of this machine. */
export async function identityName(
  run: (file: string, args: readonly string[]) => Promise<{ readonly stdout: string }> = runFile,
): Promise<string> {
  try {
    const { stdout } = await run('aws', ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text']);
    return nameOf(stdout.trim()) ?? userName();
  } catch {
    return userName();
  }
}

/** `arn:aws:sts::123456789012:assumed-role/ops/alice` is `ops/alice`. */
function nameOf(arn: string): string | undefined {
  return /^arn:[^:]*:(?:sts|iam)::\d*:(?:assumed-role\/|user\/)?(.+)$/.exec(arn)?.[1];
}

function runFile(file: string, args: readonly string[]): Promise<{ readonly stdout: string }> {
  return promisify(execFile)(file, [...args], { timeout: IDENTITY_MS });
}
