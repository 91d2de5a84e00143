import type { Emulator } from './emulator.ts';

/** Invokes the deployed function with this word in its name, as the emulator runs it, and returns its answer. */
export async function invoke(emulator: Emulator, word: string, event: object = {}): Promise<unknown> {
  const url = await urlOf(emulator, word);
  const response = await fetch(`${url}/invocations`, { method: 'POST', body: JSON.stringify(event) });
  const text = await response.text();
  if (response.headers.has('x-amz-function-error')) throw new Error(`${url}: ${text}`);
  return JSON.parse(text);
}

/** The published version that the function's alias `live` names. */
export async function aliasVersion(emulator: Emulator, word: string): Promise<string> {
  const response = await fetch(`${await urlOf(emulator, word)}/aliases/live`);
  return ((await response.json()) as { FunctionVersion: string }).FunctionVersion;
}

/** Lets the alias name another version, as a rollback does. */
export async function moveAlias(emulator: Emulator, word: string, version: string): Promise<void> {
  const url = `${await urlOf(emulator, word)}/aliases/live`;
  const response = await fetch(url, { method: 'PUT', body: JSON.stringify({ FunctionVersion: version }) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

/** https://docs.aws.amazon.com/lambda/latest/api/ */
async function urlOf({ endpoint }: Emulator, word: string): Promise<string> {
  const listing = await fetch(`${endpoint}/2015-03-31/functions/`).then((response) => response.json());
  const names = (listing as { Functions: { FunctionName: string }[] }).Functions.map((fn) => fn.FunctionName);
  const name = names.find((each) => each.includes(word));
  if (name === undefined) throw new Error(`no function with ${word} in its name among ${names.join(', ')}`);
  return `${endpoint}/2015-03-31/functions/${name}`;
}
