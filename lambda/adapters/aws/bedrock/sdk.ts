import { BedrockRuntimeClient, type BedrockRuntimeClientConfig } from '@aws-sdk/client-bedrock-runtime';
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

/** Name under which every endpoint of the runtime is signed for. */
const SERVICE = 'bedrock';

/**
 * AWS's client for one endpoint. Importing this file loads it, so only `createSdks` does, and late. Sending stays with
 * our own HTTP client, which knows whether a byte may have reached AWS, and bodies with our own writers, so that no number
 * in them changes its spelling. Of the client only its signer is used, not its commands: those would build each address
 * anew from a set of rules and cost more than the signature.
 */
export function openSdk({ endpoint, region, token, credentials }: SdkOptions): Sdk {
  const base = new URL(endpoint);
  const request = (operation: ApiOperation, model: string, body: Uint8Array) => ({
    method: 'POST',
    protocol: base.protocol,
    hostname: base.hostname,
    ...(base.port === '' ? {} : { port: Number(base.port) }),
    path: `${base.pathname.replace(/\/+$/, '')}/model/${encodeURIComponent(model)}/${operation}`,
    query: {},
    headers: {
      host: base.host,
      'content-type': 'application/json',
      accept: operation.endsWith('stream') ? 'application/vnd.amazon.eventstream' : 'application/json',
      'user-agent': 'tollgate',
    },
    body,
  });
  const urlOf = (path: string): string => base.origin + path;
  if (token !== undefined) {
    return {
      async sign(operation, model, body) {
        const { path, headers } = request(operation, model, body);
        return { url: urlOf(path), headers: { ...headers, authorization: `Bearer ${token}` }, body };
      },
    };
  }
  const client = new BedrockRuntimeClient({
    region,
    ...(credentials === undefined ? {} : { credentials }),
  });
  let opening: ReturnType<typeof client.config.signer> | undefined;
  return {
    async sign(operation, model, body) {
      opening ??= client.config.signer({
        name: 'sigv4',
        signingName: SERVICE,
        signingRegion: region,
        properties: {},
      });
      const signer = await opening;
      const signed = await signer.sign(request(operation, model, body), {
        signingRegion: region,
        signingService: SERVICE,
      });
      return { url: urlOf(signed.path), headers: signed.headers, body };
    },
  };
}
