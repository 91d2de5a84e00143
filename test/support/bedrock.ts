import { readdirSync, readFileSync } from 'node:fs';
import {
  type BedrockUpstreamOptions,
  createBedrockUpstream,
} from '../../lambda/adapters/aws/bedrock/bedrock-upstream.ts';
import { createHttpsUpstream } from '../../lambda/adapters/node/upstream-https.ts';
import type {
  Upstream,
  UpstreamAnswer,
  UpstreamFailure,
  UpstreamRequest,
} from '../../lambda/ports/upstream.ts';
import { type RawScript, type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);

export const STREAM_HEADERS = { 'content-type': 'application/vnd.amazon.eventstream' };

export const TEST_CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'session',
};

export interface BedrockRig {
  readonly server: RawUpstream;
  readonly upstream: Upstream;
  request(operation: string, body?: string | Uint8Array, change?: Partial<UpstreamRequest>): UpstreamRequest;
  send(
    operation: string,
    body?: string | Uint8Array,
    change?: Partial<UpstreamRequest>,
  ): Promise<UpstreamAnswer | UpstreamFailure>;
  close(): Promise<void>;
}

/** The Bedrock upstream under its real client, against a server of raw bytes on loopback. */
export async function startBedrock(
  script: RawScript,
  options: Partial<BedrockUpstreamOptions> = {},
): Promise<BedrockRig> {
  const server = await startRawUpstream(script);
  const { http = createHttpsUpstream(), credentials = TEST_CREDENTIALS } = options;
  const upstream = createBedrockUpstream({ http, credentials });
  const request: BedrockRig['request'] = (operation, body = '{"messages":[]}', change = {}) => ({
    method: 'POST',
    url: `${server.url}/model/${encodeURIComponent('eu.amazon.nova-lite-v1:0')}/${operation}`,
    headers: { 'content-type': 'application/json', 'aws-region': 'eu-central-1' },
    body: Buffer.from(body),
    connectMs: 5_000,
    headMs: 5_000,
    idleMs: 5_000,
    ...change,
  });
  return {
    server,
    upstream,
    request,
    send: (operation, body, change) => upstream.send(request(operation, body, change)).answer,
    async close() {
      await upstream.close();
      await http.close();
      await server.close();
    },
  };
}

/** Reads an answer to its end; how it ended beside its bytes. */
export async function drain(
  answer: UpstreamAnswer | UpstreamFailure,
): Promise<{ readonly text: string; readonly end: 'end' | UpstreamFailure }> {
  if (answer.type === 'failure') throw new Error(`failed: ${answer.detail}`);
  const pieces: Uint8Array[] = [];
  for (;;) {
    const got = await answer.read();
    if (got === 'end' || 'type' in got) return { text: Buffer.concat(pieces).toString(), end: got };
    pieces.push(got);
  }
}

export interface RecordedStream {
  readonly name: string;
  readonly bytes: Buffer;
  /** The frames in their order, as they were decoded when the recording was checked in. */
  readonly events: readonly {
    readonly headers: Readonly<Record<string, string>>;
    readonly payload: unknown;
  }[];
}

/** Every recorded and synthetic event stream, by the name of its case and number of its exchange. */
export function recordedStreams(): readonly RecordedStream[] {
  return ['bedrock', 'synthetic'].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, FIXTURES)).flatMap((name) =>
      readdirSync(new URL(`${folder}/${name}/`, FIXTURES))
        .filter((file) => file.endsWith('.eventstream.b64'))
        .map((file) => {
          const at = (other: string) => readFileSync(new URL(`${folder}/${name}/${other}`, FIXTURES), 'utf8');
          const number = file.slice(0, 2);
          return {
            name: `${folder}/${name}#${number}`,
            bytes: Buffer.from(at(file), 'base64'),
            events: at(`${number}.response.events.jsonl`)
              .split('\n')
              .filter((line) => line !== '')
              // Our own files, in the shape that is documented beside them.
              .map((line) => JSON.parse(line) as RecordedStream['events'][number]),
          };
        }),
    ),
  );
}
