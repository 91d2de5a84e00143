import type { Finding } from './finding.ts';
import type { CallerConfig, Config } from './schema.ts';

const ROLE = /:(?:assumed-role|role)\//;

/** Session names are trusted of roles only, and only where nothing else names the user. */
export function checkSessionNames(config: Config): readonly Finding[] {
  return (config.callers ?? []).flatMap((caller, i) => {
    if (caller.trusted_session_names !== true) return [];
    const reason = against(caller);
    return reason === undefined
      ? []
      : [{ path: ['callers', i, 'trusted_session_names'], kind: 'wrong', at: 'key', ...reason } as const];
  });
}

function against(caller: CallerConfig): Pick<Finding, 'message' | 'expected' | 'hint'> | undefined {
  if (caller.principal === undefined) {
    return {
      message: 'a development key has no session',
      expected: 'no such key but beside the `principal` of a role',
      hint: 'Remove it; `user` names the user of a key.',
    };
  }
  if (!ROLE.test(caller.principal)) {
    return {
      message: 'only the session of an assumed role can name a user',
      expected: 'no such key but beside the `principal` of a role',
      hint: 'Remove it: an IAM user is its own user.',
    };
  }
  if (caller.user === undefined) return undefined;
  return {
    message: '`user` already says who this is',
    expected: 'either `user` or `trusted_session_names`',
    hint: 'Remove one of the two.',
  };
}
