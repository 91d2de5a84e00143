import { readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../fixtures/', import.meta.url);

export interface RecordedExchange {
  readonly id: string;
  readonly status: number;
  readonly format: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: Uint8Array | undefined;
  readonly response: Uint8Array;
}

interface CaseFile {
  readonly id: string;
  readonly exchanges: readonly {
    readonly n: number;
    readonly status: number;
    readonly format: string;
    readonly request?: string;
    readonly response: string;
    readonly response_headers?: Record<string, string>;
  }[];
}

/** Every recorded exchange of some folders of test/fixtures, in order. */
export function recordedExchanges(...folders: readonly string[]): RecordedExchange[] {
  return folders.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, ROOT)).flatMap((name) => exchangesOf(`${folder}/${name}`)),
  );
}

function exchangesOf(path: string): RecordedExchange[] {
  const at = (file: string) => readFileSync(new URL(`${path}/${file}`, ROOT));
  // The file is ours and its shape is documented beside it.
  const recorded = JSON.parse(at('case.json').toString()) as CaseFile;
  return recorded.exchanges.map((exchange) => ({
    id: `${recorded.id}#${exchange.n}`,
    status: exchange.status,
    format: exchange.format,
    headers: exchange.response_headers ?? {},
    request: exchange.request === undefined ? undefined : at(exchange.request),
    response: at(exchange.response),
  }));
}
