import { isGiven, isRecord } from '../../core/json-value.ts';
import type { MessagesBlock, MessagesBody } from './types.ts';

/**
 * Parameters that bill beside the tokens of the model that was asked, or at another rate, or that make tokens which the
 * body does not show. Source: Anthropic API reference, "Create a Message", and the pages of each feature.
 */
export function unpriceable(body: MessagesBody): readonly string[] {
  const found: string[] = [];
  if (isGiven(body.speed) && body.speed !== 'standard') found.push('speed');
  // `auto` may use priority capacity, which is committed and paid for apart.
  const tier = body.service_tier;
  if (isGiven(tier) && tier !== 'auto' && tier !== 'standard_only') found.push('service_tier');
  // Worldwide inference is what the prices are for; any other place costs more.
  const geo = body['inference_geo'];
  if (isGiven(geo) && geo !== 'global') found.push('inference_geo');
  // A fallback is another model; a compaction is a call of its own.
  for (const name of ['fallbacks', 'compaction'] as const) {
    if (isGiven(body[name])) found.push(name);
  }
  if (isFilled(body['mcp_servers'])) found.push('mcp_servers');
  const { container } = body;
  if (isRecord(container) && isFilled(container['skills'])) found.push('container');
  if (compacts(body['context_management'])) found.push('context_management');
  for (const [index, { type }] of (body.tools ?? []).entries()) {
    if (isGiven(type) && type !== 'custom') found.push(`tools[${index}]`);
  }
  return [...found, ...unboundBlocks(body)];
}

/** Edits that only leave something out. What another does, such as summing up, is a call of its own beside the answer. */
const CLEARING = /^clear_(?:tool_uses|thinking)_/;

function compacts(management: unknown): boolean {
  if (!isGiven(management)) return false;
  const edits = isRecord(management) ? management['edits'] : undefined;
  if (!isGiven(edits)) return false;
  return !(
    Array.isArray(edits) &&
    edits.every((edit) => isRecord(edit) && typeof edit['type'] === 'string' && CLEARING.test(edit['type']))
  );
}

/** Blocks whose tokens their bytes bound, or which are counted as images and documents. */
const BOUND: ReadonlySet<string> = new Set([
  'text',
  'image',
  'document',
  'search_result',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'tool_result',
  'server_tool_use',
  'web_search_tool_result',
  'web_fetch_tool_result',
  'advisor_tool_result',
  'code_execution_tool_result',
  'bash_code_execution_tool_result',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'mcp_tool_use',
  'mcp_tool_result',
  'mcp_tool_listing',
  'compaction',
  'fallback',
  'tool_addition',
  'tool_removal',
]);
/** Blocks that only the result of a tool has. */
const BOUND_IN_RESULTS: ReadonlySet<string> = new Set(['tool_reference', 'browser_state']);

/** Paths of blocks that nothing bounds: files in a container, tools of the provider, what a later API may bring. */
function unboundBlocks({ messages }: MessagesBody): readonly string[] {
  const found: string[] = [];
  for (const [m, { content }] of messages.entries()) {
    if (typeof content === 'string') continue;
    for (const [b, block] of content.entries()) {
      if (!isBound(block)) found.push(`messages[${m}].content[${b}]`);
    }
  }
  return found;
}

function isBound(block: MessagesBlock): boolean {
  if (!BOUND.has(block.type)) return false;
  if (block.type === 'tool_addition') return addsOwnTool(block['tool']);
  const { content } = block;
  if (block.type !== 'tool_result' || !Array.isArray(content)) return true;
  return content.every((inner) => {
    const type = isRecord(inner) ? inner['type'] : undefined;
    return typeof type === 'string' && (BOUND.has(type) || BOUND_IN_RESULTS.has(type));
  });
}

/** A tool that is offered from here on: one of the caller's own, by its name or with its definition. */
function addsOwnTool(tool: unknown): boolean {
  if (!isRecord(tool)) return false;
  if (tool['type'] === 'tool_reference') return true;
  const { definition } = tool;
  if (tool['type'] !== 'tool_definition' || !isRecord(definition)) return false;
  return !isGiven(definition['type']) || definition['type'] === 'custom';
}

function isFilled(value: unknown): boolean {
  return isGiven(value) && !(Array.isArray(value) && value.length === 0);
}
