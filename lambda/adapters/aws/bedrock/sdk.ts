import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import type { ApiOperation } from './routes.ts';

export type Credentials = NonNullable<BedrockRuntimeClientConfig['credentials']>;

export interface SdkOptions {
  readonly endpoint: string;
  readonly region: string;
  /** A Bedrock API key; undefined: requests are signed as whom the environment says. */
  readonly token: string | undefined;
  /** Undefined: AWS's own chain of environment, profile, container and instance. */
  readonly credentials: Credentials | undefined;
}

/** A request as it goes over the wire. */
export interface Signed {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What is taken from AWS's client: its signature and credentials. */
export interface Sdk {
  /** Rejects where no credentials are found. */
  sign(operation: ApiOperation, model: string, body: Uint8Array): Promise<Signed>;
}

/** What this file needs of the client's request; its class is in a package that we do not pin. */
interface WireRequest {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** Stands in for the client's own sender: requests are made for HTTP/1.1, and none comes this far. */
const NO_SENDING = {
  metadata: { handlerProtocol: 'http/1.1' },
  handle: () => Promise.reject(new Error('Bug! a request went past its signature')),
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
};

/**
 * AWS's client for one endpoint. Importing this file loads it, so only `createSdks` does, and late. Sending stays with
 * our own HTTP client, which knows whether a byte may have reached AWS, and bodies with our own writers, so that no number
 * in them changes its spelling: the client's middleware builds the address, is given our body, signs, and stops there.
 */
export function openSdk({ endpoint, region, token, credentials }: SdkOptions): Sdk {
  const client = new BedrockRuntimeClient({
    endpoint,
    region,
    maxAttempts: 1,
    requestHandler: NO_SENDING,
    ...(credentials === undefined ? {} : { credentials }),
    ...(token === undefined ? {} : { token: { token }, authSchemePreference: ['httpBearerAuth'] }),
  });
  return { sign: (operation, model, body) => sign(client, operation, model, body) };
}

/** An output for the client to add its count of attempts to. */
function noOutput() {
  return { $metadata: {}, output: undefined, stopReason: undefined, usage: undefined, metrics: undefined };
}

async function sign(
  client: BedrockRuntimeClient,
  operation: ApiOperation,
  model: string,
  body: Uint8Array,
): Promise<Signed> {
  let signed: Signed | undefined;
  // Their inputs and outputs differ, and neither matters here: this one type stands for all, where a union has no `add`.
  const command = commandOf(operation, model) as ConverseCommand;
  command.middlewareStack.add(
    (next) => (args) => {
      if (isWireRequest(args.request)) args.request.body = body;
      return next(args);
    },
    // Before the step that measures the body, and long before the one that hashes it.
    { step: 'build', priority: 'high', name: 'tollgateBody' },
  );
  command.middlewareStack.add(
    () => (args) => {
      if (isWireRequest(args.request)) signed = { ...wire(args.request), body };
      return Promise.resolve({ response: undefined, output: noOutput() });
    },
    // Behind the signature, in place of sending and reading.
    { step: 'deserialize', priority: 'high', name: 'tollgateSigned' },
  );
  await client.send(command);
  if (signed === undefined) throw new Error('Bug! the client built no request');
  return signed;
}

/** The command with nothing but its address; the body is ours. */
function commandOf(operation: ApiOperation, modelId: string) {
  const json = { modelId, contentType: 'application/json' };
  switch (operation) {
    case 'converse':
      return new ConverseCommand({ modelId });
    case 'converse-stream':
      return new ConverseStreamCommand({ modelId });
    case 'invoke':
      return new InvokeModelCommand({ ...json, accept: 'application/json' });
    case 'invoke-with-response-stream':
      return new InvokeModelWithResponseStreamCommand(json);
    case 'count-tokens':
      return new CountTokensCommand({ modelId, input: { converse: {} } });
  }
}

function isWireRequest(value: unknown): value is WireRequest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'hostname' in value &&
    'path' in value &&
    'headers' in value
  );
}

function wire({ protocol, hostname, port, path, headers }: WireRequest): Omit<Signed, 'body'> {
  return {
    url: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`,
    headers: { ...headers },
  };
}
