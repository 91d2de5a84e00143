import type { Emulator } from './emulator.ts';

/** Invokes the deployed function with this word in its name, as the emulator runs it, and returns its answer. */
export async function invoke({ endpoint }: Emulator, word: string, event: object = {}): Promise<unknown> {
  const listing = await fetch(`${endpoint}/2015-03-31/functions/`).then((response) => response.json());
  const names = (listing as { Functions: { FunctionName: string }[] }).Functions.map((fn) => fn.FunctionName);
  const name = names.find((each) => each.includes(word));
  if (name === undefined) throw new Error(`no function with ${word} in its name among ${names.join(', ')}`);
  const response = await fetch(`${endpoint}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    body: JSON.stringify(event),
  });
  const text = await response.text();
  if (response.headers.has('x-amz-function-error')) throw new Error(`${name}: ${text}`);
  return JSON.parse(text);
}
