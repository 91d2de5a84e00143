import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createBedrockUpstream } from '../../lambda/adapters/aws/bedrock/bedrock-upstream.ts';
import type { Upstream } from '../../lambda/ports/upstream.ts';
import type { Env } from './inputs.ts';

/** Variables of which one is set where AWS credentials come from the environment. */
const NAMES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/**
 * Bedrock for a local gateway: says at the start, and not at the first call, that there are no AWS credentials to sign
 * with. What is found may still be refused; the call then says so.
 */
export function localBedrock(env: Env, http: Upstream): Upstream {
  const bedrock = createBedrockUpstream({ http });
  const found = NAMES.some((name) => (env[name] ?? '') !== '') || hasProfiles(env);
  return {
    send: (request) => bedrock.send(request),
    close: () => bedrock.close(),
    unusable: () =>
      found ? bedrock.unusable?.() : 'needs AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID',
  };
}

/** Files in which AWS's tools keep profiles. */
function hasProfiles(env: Env): boolean {
  const folder = join(env['HOME'] ?? homedir(), '.aws');
  const files = [
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(folder, 'credentials'),
    env['AWS_CONFIG_FILE'] ?? join(folder, 'config'),
  ];
  return files.some((file) => existsSync(file));
}
