import type { Tool } from '../../core/chat/conversation.ts';
import type { RequestNode } from './read-node.ts';
import { marked, type Reading } from './reading.ts';
import type { Draft } from './settings-draft.ts';

const KNOWN_OF_TOOL = new Set(['type', 'function', 'custom', 'cache_control', 'prompt_cache_breakpoint']);
const KNOWN_OF_FUNCTION = new Set(['name', 'description', 'parameters', 'strict', 'cache_control']);
const KNOWN_OF_CUSTOM = new Set(['name', 'description', 'format']);

/** `tools`. A tool that runs at a provider is listed and left out: nobody else can run it. */
export function readTools(tools: RequestNode, draft: Draft, reading: Reading): void {
  const elements = tools.elements('a list of tools');
  if (elements.length > 0) reading.ask('tools', tools);
  for (const tool of elements) {
    const fields = tool.fields('a tool object with a type');
    const type = fields.get('type')?.text();
    if (type !== 'function' && type !== 'custom') {
      reading.ask('hosted_tools', tool);
      continue;
    }
    reading.askUnknown(fields, KNOWN_OF_TOOL);
    const made = fields.get(type);
    if (made === undefined) throw tool.missing(type, 'an object with the name of the tool');
    const cache = reading.cacheMark(fields);
    if (type === 'custom') reading.ask('custom_tools', tool);
    draft.tools.push({
      ...(type === 'custom' ? readCustom(made, reading) : readFunction(made, reading)),
      ...marked(cache),
    });
  }
}

/** `functions`: tools from before other kinds existed. */
export function readFunctions(functions: RequestNode, draft: Draft, reading: Reading): void {
  const elements = functions.elements('a list of functions');
  if (elements.length > 0) reading.ask('tools', functions);
  for (const made of elements) draft.tools.push(readFunction(made, reading));
}

function readFunction(made: RequestNode, reading: Reading): Tool {
  const fields = made.fields('an object with the name of the function');
  reading.askUnknown(fields, KNOWN_OF_FUNCTION);
  const parameters = fields.get('parameters');
  if (parameters !== undefined && parameters.kind !== 'object')
    throw parameters.wrong('a JSON schema, an object');
  return {
    kind: 'function',
    name: nameOf(made),
    description: fields.get('description')?.text(),
    schema: parameters?.raw,
    strict: fields.get('strict')?.boolean(),
    ...marked(reading.cacheMark(fields)),
  };
}

function readCustom(made: RequestNode, reading: Reading): Tool {
  const fields = made.fields('an object with the name of the tool');
  reading.askUnknown(fields, KNOWN_OF_CUSTOM);
  const format = fields.get('format');
  // A grammar binds the input to a language; without it any text is allowed.
  const bound = format !== undefined && format.fields().get('type')?.text() !== 'text';
  if (bound) reading.ask('custom_tools', format);
  const description = fields.get('description')?.text();
  return {
    kind: 'custom',
    name: nameOf(made),
    description: bound ? withGrammar(description, format) : description,
    schema: undefined,
    strict: undefined,
  };
}

/** A grammar that no target enforces is at least told to the model. */
function withGrammar(description: string | undefined, format: RequestNode): string | undefined {
  const grammar = format.fields().get('grammar')?.fields();
  const syntax = grammar?.get('syntax')?.text();
  const told = `The input must match this${syntax === undefined ? '' : ` ${syntax}`} grammar:\n`;
  const definition = grammar?.get('definition')?.text();
  if (definition === undefined) return description;
  const rule = told + definition;
  return description === undefined || description === '' ? rule : `${description}\n\n${rule}`;
}

const CHOICE =
  'none, auto, required, or an object that names a tool, such as {"type": "function", "function": {"name": "…"}}';

/** `tool_choice`, and `function_call` from before it. */
export function readToolChoice(choice: RequestNode, draft: Draft, reading: Reading): void {
  if (choice.kind === 'string') {
    const type = choice.text();
    if (type !== 'auto' && type !== 'none' && type !== 'required') throw choice.wrong(CHOICE);
    if (type !== 'auto') reading.ask('tool_choice', choice);
    draft.toolChoice = { type };
    return;
  }
  const fields = choice.fields(CHOICE);
  const allowed = fields.get('allowed_tools');
  if (allowed !== undefined) {
    reading.ask('allowed_tools', choice);
    const mode = allowed.fields().get('mode')?.text();
    draft.toolChoice = { type: mode === 'required' ? 'required' : 'auto' };
    return;
  }
  reading.ask('tool_choice', choice);
  const made = fields.get('function') ?? fields.get('custom') ?? choice;
  draft.toolChoice = { type: 'tool', name: nameOf(made) };
}

function nameOf(made: RequestNode): string {
  const name = made.fields(CHOICE).get('name');
  if (name === undefined) throw made.missing('name', 'the name of the tool');
  return name.text();
}
