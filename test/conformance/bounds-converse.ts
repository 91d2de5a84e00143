/**
 * A recorded Converse request as a request of the Messages format that says the same, since no caller speaks Converse.
 * Only what the recordings hold is known here; anything else throws, so that a new recording cannot be half read.
 */
type Json = Readonly<Record<string, unknown>>;

export function messagesOf(converse: Json, model: string, stream: boolean): Json {
  const config = converse['inferenceConfig'] as Json | undefined;
  const extra = (converse['additionalModelRequestFields'] ?? {}) as Json;
  const tools = converse['toolConfig'] as { tools: readonly Json[]; toolChoice?: Json } | undefined;
  const system = blocks((converse['system'] ?? []) as readonly Json[]);
  return {
    model,
    // Bedrock's own default is the model's limit, which the config of the test gives.
    max_tokens: config?.['maxTokens'] ?? 8_000,
    ...(stream ? { stream } : {}),
    messages: (converse['messages'] as readonly Json[]).map(({ role, content }) => ({
      role,
      content: blocks(content as readonly Json[]),
    })),
    ...(system.length === 0 ? {} : { system }),
    ...(tools === undefined ? {} : { tools: toolsOf(tools.tools) }),
    ...(extra['thinking'] === undefined ? {} : { thinking: extra['thinking'] }),
    ...(converse['outputConfig'] === undefined ? {} : { output_config: { format: formatOf(converse) } }),
  };
}

function formatOf(converse: Json): Json {
  const { textFormat } = converse['outputConfig'] as {
    textFormat: { structure: { jsonSchema: { schema: string } } };
  };
  return { type: 'json_schema', schema: JSON.parse(textFormat.structure.jsonSchema.schema) };
}

function toolsOf(tools: readonly Json[]): Json[] {
  return marked(tools, (tool) => {
    const spec = tool['toolSpec'] as { name: string; description?: string; inputSchema: { json: Json } };
    return {
      name: spec.name,
      ...(spec.description === undefined ? {} : { description: spec.description }),
      input_schema: spec.inputSchema.json,
    };
  });
}

function blocks(content: readonly Json[]): Json[] {
  return marked(content, blockOf);
}

/** A cache point stands behind what it marks; in the Messages format the mark is on the block itself. */
function marked(list: readonly Json[], write: (one: Json) => Json): Json[] {
  const written: Json[] = [];
  for (const one of list) {
    const last = written.at(-1);
    if (!('cachePoint' in one)) written.push(write(one));
    else if (last !== undefined)
      written[written.length - 1] = { ...last, cache_control: { type: 'ephemeral' } };
  }
  return written;
}

function blockOf(block: Json): Json {
  const [kind, value] = Object.entries(block)[0] ?? [];
  const inner = value as Json;
  switch (kind) {
    case 'text':
      return { type: 'text', text: value };
    case 'image':
      return {
        type: 'image',
        source: { type: 'base64', media_type: `image/${inner['format']}`, data: bytesOf(inner) },
      };
    case 'document':
      return documentOf(inner);
    case 'toolUse':
      return { type: 'tool_use', id: inner['toolUseId'], name: inner['name'], input: inner['input'] };
    case 'toolResult':
      return {
        type: 'tool_result',
        tool_use_id: inner['toolUseId'],
        content: blocks(inner['content'] as readonly Json[]),
      };
    case 'json':
      return { type: 'text', text: JSON.stringify(value) };
    case 'reasoningContent':
      return reasoningOf(inner);
    case 'citationsContent':
      return { type: 'text', text: (inner['content'] as readonly Json[]).map(({ text }) => text).join('') };
    default:
      throw new Error(`a block of the kind ${kind} is not known here`);
  }
}

function bytesOf({ source }: Json): unknown {
  return (source as Json)['bytes'];
}

function documentOf(document: Json): Json {
  const { source, name, context, citations } = document;
  const text = (source as Json)['text'] ?? Buffer.from(String(bytesOf(document)), 'base64').toString();
  if (document['format'] !== 'txt') throw new Error('only documents of plain text are known here');
  return {
    type: 'document',
    source: { type: 'text', media_type: 'text/plain', data: text },
    title: name,
    ...(context === undefined ? {} : { context }),
    ...(citations === undefined ? {} : { citations }),
  };
}

function reasoningOf(reasoning: Json): Json {
  const { reasoningText, redactedContent } = reasoning;
  if (typeof redactedContent === 'string') {
    // Base64 of what the Messages format has as it is.
    return { type: 'redacted_thinking', data: Buffer.from(redactedContent, 'base64').toString() };
  }
  const { text, signature } = reasoningText as Json;
  return { type: 'thinking', thinking: text, signature };
}
