// The load scenarios: request bodies, what the mock is asked to answer (by the model's name), and how hard to push.
//   rate   requests per second of the open-loop latency run
//   conns  connections of the closed-loop run
//   paced  connections of the one run that gives both, where the upstream sets the pace
const LOREM = 'Summarise the following report for the finance team, keep every figure exact and quote the source line. '
  + 'The invoice "A-1042" was paid on the 3rd of March — late by two days — for 1,299.00 €.\nPlease answer in two sentences.\n';
const text = (n) => LOREM.repeat(Math.ceil(n / LOREM.length)).slice(0, n);

const NAMES = ['search_files', 'read_file', 'write_file', 'run_tests', 'list_dir', 'git_diff', 'http_get', 'sql_query', 'send_mail', 'create_ticket'];
const TOOLS = NAMES.map((name, i) => ({
  type: 'function',
  function: {
    name,
    description: `Tool ${i}. ${text(180)}`,
    parameters: {
      type: 'object', additionalProperties: false, required: ['path', 'pattern'],
      properties: { path: { type: 'string', description: text(60) }, pattern: { type: 'string' }, limit: { type: 'integer', minimum: 1, maximum: 500 }, flags: { type: 'array', items: { type: 'string', enum: ['i', 'g', 'm'] } } },
    },
  },
}));

// user, assistant with a tool call, tool result, assistant; so many messages.
function turns(n) {
  const out = [];
  for (let i = 0; out.length < n; i++) {
    const id = `call_${String(i).padStart(4, '0')}abcd`, args = { path: `src/module${i}.ts`, pattern: 'export', limit: 20 };
    out.push(
      { role: 'user', content: text(200) },
      { role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: { name: 'search_files', arguments: JSON.stringify(args) } }] },
      { role: 'tool', tool_call_id: id, content: text(700) },
      { role: 'assistant', content: text(250) },
    );
  }
  return out.slice(0, n);
}

const SCENARIOS = {
  'nonstream-small': { model: 'mock-o1024', prompt: 600, rate: 200, conns: 32 },
  'nonstream-large': { model: 'mock-o1024', prompt: 100000, rate: 60, conns: 16 },
  'multi-turn': { model: 'mock-k1', turns: 49, system: 1500, rate: 100, conns: 16 },
  'stream-100x': { model: 'mock-c100', prompt: 600, stream: true, chunks: 100, rate: 20, conns: 16 },
  // Callers of chat completions, an upstream of another format; the bare proxy forwards the chat stream.
  'chat-anthropic': { model: 'anthropic-mock-c100', prompt: 600, stream: true, chunks: 100, rate: 20, conns: 16 },
  'chat-bedrock': { model: 'bedrock-mock-c100', prompt: 600, stream: true, chunks: 100, rate: 20, conns: 16 },
  'stream-paced': { model: 'mock-c200-d5', prompt: 600, stream: true, chunks: 200, paced: 40, ramp: 1000 },
};

/** The path and body of a scenario's request, and how to push it. */
export function requestOf(name) {
  const s = SCENARIOS[name];
  if (!s) throw new Error(`no scenario ${name}; there are: ${Object.keys(SCENARIOS).join(', ')}`);
  const messages = [{ role: 'system', content: text(s.system ?? 200) }, ...(s.turns ? turns(s.turns) : [{ role: 'user', content: text(s.prompt) }])];
  const body = {
    model: s.model, messages, temperature: 0.2, max_tokens: 1024,
    ...(s.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...(s.turns ? { tools: TOOLS, tool_choice: 'auto' } : {}),
  };
  return { path: '/v1/chat/completions', body: JSON.stringify(body), scenario: s };
}
