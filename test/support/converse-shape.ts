import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
} from '@aws-sdk/client-bedrock-runtime';

const client = new BedrockRuntimeClient({
  region: 'eu-central-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 's' },
});

/** Members that are bytes to the client and base64 on the wire. */
const BLOBS = new Set(['bytes', 'redactedContent']);

/**
 * What AWS's own client sends for a Converse request: it leaves out every member that the API does not have at that
 * place, so a request that comes back unchanged has the shape of the API.
 */
export async function asSentByAws(request: unknown): Promise<unknown> {
  let body: unknown;
  // Whether the members are right is what the caller finds out.
  const input = { ...(withBytes(request) as object), modelId: 'm' } as ConverseCommandInput;
  const command = new ConverseCommand(input);
  command.middlewareStack.add(
    () => (args) => {
      body = (args.request as { body: string | Uint8Array }).body;
      return Promise.resolve({
        response: undefined,
        output: {
          $metadata: {},
          output: undefined,
          stopReason: undefined,
          usage: undefined,
          metrics: undefined,
        },
      });
    },
    { step: 'build', priority: 'high' },
  );
  await client.send(command);
  return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array));
}

function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      BLOBS.has(name) && typeof member === 'string' ? Buffer.from(member, 'base64') : withBytes(member),
    ]),
  );
}
