import { MAX_WORDS, SANDBOX_BEHAVIOURS } from '../../../lambda/adapters/node/sandbox/behaviours.ts';

/** The text of docs/reference/sandbox.md. */
export function sandboxReference(): string {
  return [
    '# The sandbox',
    '',
    'A provider of `type: sandbox` answers inside the gateway, in the bytes of the OpenAI format, without a key and',
    'without a model. The same request gives the same answer. It works locally and in a deployment, so clients,',
    'budgets, fallbacks and the audit can be tried before anything costs money. Its prices are invented and stand in the',
    '[catalog](models.md); calls of it are charged to budgets like any other.',
    '',
    'What a sandbox model does is read from the end of its name. Suffixes combine: `sandbox-reasoning-tool-fast`.',
    '',
    '| suffix | what the model does |',
    '|---|---|',
    ...SANDBOX_BEHAVIOURS.map(
      ({ suffix, effect }) => `| ${suffix === '' ? '(none)' : `\`${suffix}\``} | ${effect} |`,
    ),
    '',
    `Numbers are whole; waits end at ten minutes, answers at ${MAX_WORDS.toLocaleString('en-US')} words, and a status`,
    'outside 400 to 599 becomes 500.',
    '',
    'Names reach it through an alias. With `sandbox-*` in `models`, as in the shipped `tollgate.yaml`, callers choose the',
    'behaviour; an alias with fixed targets makes a fallback that can be watched:',
    '',
    '```yaml',
    'models:',
    '  try-fallback:',
    '    targets:',
    '      - { provider: sandbox, model: sandbox-error-503 }',
    '      - { provider: sandbox, model: sandbox-fast }',
    '```',
    '',
  ].join('\n');
}
