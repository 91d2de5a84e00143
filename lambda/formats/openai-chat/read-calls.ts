import { plainId } from '../../core/chat/capsule.ts';
import { madeUpCallId } from './answer-words.ts';
import type { Fields, RequestNode } from './read-node.ts';
import { marked, type Reading } from './reading.ts';
import type { ReadCall } from './restore-turn.ts';

const KNOWN = new Set(['id', 'type', 'index', 'function', 'custom', 'cache_control']);

/** The tool calls of an assistant message; `function_call` is their form from before they had ids. */
export function readCalls(message: RequestNode, fields: Fields, reading: Reading): readonly ReadCall[] {
  const calls =
    fields
      .get('tool_calls')
      ?.elements()
      .map((call) => readCall(call, reading)) ?? [];
  const old = fields.get('function_call');
  if (old === undefined) return calls;
  const { name, input } = readMade(old, 'arguments');
  const id = madeUpCallId(message.param, name);
  return [...calls, { call: { kind: 'tool_call', id, name, input, custom: false }, sentId: id }];
}

function readCall(node: RequestNode, reading: Reading): ReadCall {
  const fields = node.fields('a tool call object');
  reading.askUnknown(fields, KNOWN);
  const custom = fields.get('custom');
  const made = custom ?? fields.get('function');
  if (made === undefined) throw node.missing('function', 'an object with the name and arguments of the call');
  const { name, input } = readMade(made, custom === undefined ? 'arguments' : 'input');
  const given = fields.get('id')?.text() ?? '';
  // Some upstreams give no ids; the place is part of the made one, since a name may be called twice.
  const sentId = given === '' ? madeUpCallId(node.param, name) : given;
  const call = { kind: 'tool_call', id: plainId(sentId), name, input, custom: custom !== undefined } as const;
  return { call: { ...call, ...marked(reading.cacheMark(fields)) }, sentId };
}

/** Arguments keep their own text; some clients send the object instead of its text. */
function readMade(made: RequestNode, member: string): { name: string; input: string } {
  const fields = made.fields(`an object with a name and ${member}`);
  const name = fields.get('name');
  if (name === undefined) throw made.missing('name', 'the name of the tool');
  const input = fields.get(member);
  if (input === undefined) return { name: name.text(), input: '' };
  return { name: name.text(), input: input.kind === 'object' ? input.raw : input.text() };
}
