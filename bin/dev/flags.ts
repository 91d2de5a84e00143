import { parseArgs } from 'node:util';

/** Folder of the ledger and the audit files where none is named. */
export const DEFAULT_DATA = './.tollgate';

/** What `npm start` was asked for. */
export interface DevFlags {
  readonly port: number;
  readonly host: string;
  /** Folder of the ledger and the audit files. */
  readonly data: string;
  readonly config: string;
  readonly log: 'text' | 'json' | 'off';
}

export const USAGE = `Usage: npm start -- [options]
  --port N       port to listen on, 0 for any free one (default 8787)
  --host ADDR    address to listen on (default 127.0.0.1)
  --data DIR     folder of the ledger and the audit files (default ./.tollgate)
  --config FILE  configuration (default ./tollgate.yaml)
  --log FORM     text, json or off: one line per request on standard output (default text)
  --help         this text`;

/** Reads the command line; a text is what to tell a person who typed something else. */
export function readFlags(args: readonly string[]): DevFlags | 'help' | { readonly problem: string } {
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8787' },
        host: { type: 'string', default: '127.0.0.1' },
        data: { type: 'string', default: DEFAULT_DATA },
        config: { type: 'string', default: './tollgate.yaml' },
        log: { type: 'string', default: 'text' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return { problem: error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error) };
  }
  if (values['help'] === true) return 'help';
  const port = String(values['port']);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return { problem: `--port ${port}: expected a port number from 0 to 65535` };
  }
  const log = String(values['log']);
  if (log !== 'text' && log !== 'json' && log !== 'off')
    return { problem: `--log ${log}: expected text, json or off` };
  return {
    port: Number(port),
    host: String(values['host']),
    data: String(values['data']),
    config: String(values['config']),
    log,
  };
}
