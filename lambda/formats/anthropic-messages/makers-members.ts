import type { JsonPath } from '../../wire/json-path.ts';
import type { MessagesBody } from './types.ts';

/** Asks for pieces of arguments as early as possible. */
const EAGER = 'eager_input_streaming';

/**
 * Members that Anthropic's own API takes and Bedrock answers with 400 ("Extra inputs are not permitted"); Claude Code sends
 * them: early pieces of a tool's arguments, and who shares a cached prompt (`cache_control.scope`).
 */
export function makersMembers({ tools, system }: MessagesBody): readonly JsonPath[] {
  const found: JsonPath[] = [];
  for (const [index, tool] of (tools ?? []).entries()) {
    if (Object.hasOwn(tool, EAGER)) found.push(['tools', index, EAGER]);
    if (isScoped(tool)) found.push(['tools', index, 'cache_control', 'scope']);
  }
  for (const [index, block] of (Array.isArray(system) ? system : []).entries()) {
    if (isScoped(block)) found.push(['system', index, 'cache_control', 'scope']);
  }
  return found;
}

function isScoped({ cache_control: mark }: Readonly<Record<string, unknown>>): boolean {
  return typeof mark === 'object' && mark !== null && Object.hasOwn(mark, 'scope');
}
