import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestView } from '../../../lambda/core/chat/request.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { readRequest as readMessages } from '../../../lambda/formats/anthropic-messages/read.ts';
import { readRequest as readChat } from '../../../lambda/formats/openai-chat/read.ts';
import { readRequest as readEmbeddings } from '../../../lambda/formats/openai-embeddings/read.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';

type Read = (tape: JsonTape) => RequestView | TollgateError;
/** Members of a request, and the parameters among them that may raise its cost and that no price covers. */
type Table = readonly (readonly [members: object, named: readonly string[]])[];

function unpriceable(read: Read, body: object): readonly string[] {
  const tape = scanJson(Buffer.from(JSON.stringify(body)), 128);
  assert.ok(tape instanceof JsonTape);
  const view = read(tape);
  if (view instanceof TollgateError) throw view;
  return view.unpriceable;
}

function check(name: string, read: Read, plain: object, table: Table): void {
  for (const [members, named] of table) {
    const outcome = named.length === 0 ? 'is bounded' : `names ${named.join(' and ')}`;
    test(`${name}: ${JSON.stringify(members).slice(0, 140)} ${outcome}`, () => {
      assert.deepEqual(unpriceable(read, { ...plain, ...members }), named);
    });
  }
}

const user = (...content: object[]) => [{ role: 'user', content }];

check('chat', readChat, { model: 'm', messages: [{ role: 'user', content: 'x' }] }, [
  [{}, []],
  [{ n: 3, max_tokens: 5, logprobs: true, top_logprobs: 2, store: true, reasoning_effort: 'high' }, []],
  [{ prompt_cache_options: { ttl: '30m' }, prompt_cache_retention: '24h', prompt_cache_key: 'k' }, []],
  [{ best_of: 3 }, ['best_of']],
  [{ web_search_options: {} }, ['web_search_options']],
  [{ prediction: { type: 'content', content: 'x' } }, ['prediction']],
  [{ audio: { voice: 'a', format: 'wav' }, modalities: ['text', 'audio'] }, ['audio', 'modalities']],
  [{ modalities: ['text'] }, []],
  [{ modalities: ['image', 'text'] }, ['modalities']],
  [{ service_tier: 'auto' }, []],
  [{ service_tier: 'default' }, []],
  [{ service_tier: null }, []],
  [{ service_tier: 'flex' }, ['service_tier']],
  [{ service_tier: 'priority' }, ['service_tier']],
  [{ service_tier: 'fast' }, ['service_tier']],
  [{ service_tier: 'a tier of next year' }, ['service_tier']],
  [{ models: ['a', 'b'] }, ['models']],
  [{ provider: { order: ['dear'] } }, ['provider']],
  [{ preset: '@preset/x' }, ['preset']],
  [{ plugins: [{ id: 'web' }] }, ['plugins']],
  [{ search_parameters: { mode: 'on' } }, ['search_parameters']],
  [{ enable_search: true }, ['enable_search']],
  [{ enable_search: false }, []],
  [{ cached_content: 'cachedContents/a' }, ['cached_content']],
  [{ extra_body: { google: { cached_content: 'cachedContents/a' } } }, ['extra_body']],
  [{ extra_body: { google: { thinking_config: { include_thoughts: true } } } }, []],
  [{ extra_body: { anything: 1 } }, ['extra_body']],
  [{ chat_template: '{{ messages }}' }, ['chat_template']],
  [{ mm_processor_kwargs: { max_pixels: 1e9 } }, ['mm_processor_kwargs']],
  [{ tools: [{ type: 'function' }, { type: 'custom' }, { type: 'web_search' }] }, ['tools[2]']],
  [
    { messages: user({ type: 'text', text: 'x' }, { type: 'image_url', image_url: { url: 'https://a.b' } }) },
    [],
  ],
  [{ messages: user({ type: 'file', file: { file_id: 'f' } }) }, []],
  [{ messages: user({ type: 'input_audio', input_audio: {} }) }, ['messages[0].content[0]']],
  [{ messages: user({ type: 'video_url', video_url: {} }) }, ['messages[0].content[0]']],
  [{ messages: user({ type: 'hologram' }) }, ['messages[0].content[0]']],
  [{ messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }, ['messages[0].audio']],
  [{ messages: [{ role: 'assistant', content: 'x', audio: null }] }, []],
  [
    { messages: [{ role: 'assistant', content: 'x', images: [{ type: 'image_url' }] }] },
    ['messages[0].images'],
  ],
]);

const tool = { name: 'a', input_schema: { type: 'object' } };
const added = (one: object) => user({ type: 'tool_addition', tool: one });
const result = (...content: object[]) => user({ type: 'tool_result', tool_use_id: 't', content });

check('messages', readMessages, { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }, [
  [{}, []],
  [{ thinking: { type: 'adaptive' }, output_config: { effort: 'high' }, stop_sequences: ['x'] }, []],
  [{ cache_control: { type: 'ephemeral', ttl: '1h' }, metadata: { user_id: 'u' }, diagnostics: {} }, []],
  [{ speed: 'standard' }, []],
  [{ speed: 'fast' }, ['speed']],
  [{ service_tier: 'auto' }, []],
  [{ service_tier: 'standard_only' }, []],
  [{ service_tier: 'batch' }, ['service_tier']],
  [{ inference_geo: 'global' }, []],
  [{ inference_geo: 'us' }, ['inference_geo']],
  [{ fallbacks: 'default' }, ['fallbacks']],
  [{ compaction: { type: 'summarize' } }, ['compaction']],
  [{ mcp_servers: [] }, []],
  [{ mcp_servers: [{ type: 'url' }] }, ['mcp_servers']],
  [{ container: 'container_1' }, []],
  [{ container: { id: 'c', skills: [] } }, []],
  [{ container: { skills: [{ skill_id: 'xlsx' }] } }, ['container']],
  [{ context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] } }, []],
  [{ context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }, []],
  [{ context_management: { edits: [] } }, []],
  [{ context_management: { edits: [{ type: 'compact_20260112' }] } }, ['context_management']],
  [{ context_management: { edits: [{ type: 'clear_tool_uses_20250919' }, {}] } }, ['context_management']],
  [{ tools: [tool, { ...tool, type: 'custom' }, { ...tool, type: null }] }, []],
  [{ tools: [{ type: 'web_search_20260318', name: 'web_search', max_uses: 1 }] }, ['tools[0]']],
  [{ tools: [tool, { type: 'code_execution_20260521', name: 'code_execution' }] }, ['tools[1]']],
  [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, ['tools[0]']],
  [{ messages: user({ type: 'text', text: 'x' }, { type: 'thinking', thinking: 'x', signature: 's' }) }, []],
  [{ messages: user({ type: 'image', source: { type: 'url', url: 'https://a.b' } }) }, []],
  [{ messages: user({ type: 'document', source: { type: 'file', file_id: 'f' } }) }, []],
  [{ messages: user({ type: 'compaction', content: 'x' }) }, []],
  [{ messages: user({ type: 'container_upload', file_id: 'f' }) }, ['messages[0].content[0]']],
  [{ messages: user({ type: 'hologram' }) }, ['messages[0].content[0]']],
  [{ messages: result({ type: 'text', text: 'x' }, { type: 'tool_reference', tool_name: 'a' }) }, []],
  [{ messages: result({ type: 'hologram' }) }, ['messages[0].content[0]']],
  [{ messages: added({ type: 'tool_reference', name: 'a' }) }, []],
  [{ messages: added({ type: 'tool_definition', definition: tool }) }, []],
  [{ messages: added({ type: 'mcp_toolset_reference', server_name: 's' }) }, ['messages[0].content[0]']],
  [
    { messages: added({ type: 'tool_definition', definition: { type: 'web_search_20260318' } }) },
    ['messages[0].content[0]'],
  ],
]);

check('embeddings', readEmbeddings, { model: 'm', input: 'x' }, [
  [{}, []],
  [{ dimensions: 256, encoding_format: 'base64', user: 'u' }, []],
  [{ messages: [] }, ['messages']],
  [{ chat_template: 'x' }, ['chat_template']],
  [{ mm_processor_kwargs: {} }, ['mm_processor_kwargs']],
  [{ extra_body: {} }, ['extra_body']],
]);
