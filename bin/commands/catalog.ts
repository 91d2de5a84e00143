import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { catalogRows } from '../../lambda/catalog/catalog.ts';
import { type Difference, differences, missing, witnessed } from './catalog/compare.ts';
import { KNOWN, knownFor } from './catalog/known.ts';
import { LITELLM_URL, readLitellm } from './catalog/litellm.ts';

/** Where the command writes and reads from afar; tests give their own. */
export interface CatalogHost {
  out(text: string): void;
  err(text: string): void;
  /** 0: every difference is known; 1: some are not; 2: the other catalogue cannot be read. */
  exitCode(code: number): void;
  /** The text behind a URL. Throws where there is none. */
  get(url: string): Promise<string>;
}

interface CheckOptions {
  readonly against?: string;
  readonly json?: boolean;
}

/** `tollgate catalog check [--against FILE] [--json]`. */
export function catalogCommand(host: CatalogHost = standardHost()): Command {
  const check = new Command('check')
    .description(
      "compare the shipped prices and capabilities with LiteLLM's public catalogue; exits with 0, 1 (differences without a known reason) or 2 (no catalogue)",
    )
    .option('--against <file>', `a copy of the catalogue; default: fetch ${LITELLM_URL}`)
    .option('--json', 'print JSON: {"ok": ..., "differences": [...], "missing": [...]}')
    .action((options: CheckOptions) => checkCatalog(options, host));
  return new Command('catalog').description('look at the shipped prices and capabilities').addCommand(check);
}

async function checkCatalog({ against, json }: CheckOptions, host: CatalogHost): Promise<void> {
  const name = against ?? LITELLM_URL;
  let text: string;
  try {
    text = against === undefined ? await host.get(LITELLM_URL) : readFileSync(against, 'utf8');
  } catch (error) {
    host.err(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
    if (against === undefined) host.err('Without network, give a copy of it with --against.\n');
    return host.exitCode(2);
  }
  const catalogue = readLitellm(text);
  if (catalogue === undefined) {
    host.err(`${name} is not LiteLLM's catalogue: expected a JSON object of models\n`);
    return host.exitCode(2);
  }
  const rows = catalogRows();
  const found = differences(rows, catalogue).map((each) => ({
    ...each,
    known: knownFor(each)?.reason ?? null,
  }));
  const lacking = missing(rows, catalogue);
  const open = found.filter(({ known }) => known === null);
  const ok = open.length === 0;
  if (json === true) host.out(`${JSON.stringify({ ok, differences: found, missing: lacking })}\n`);
  else host.out(report(found, lacking, witnessed(rows).length));
  host.exitCode(ok ? 0 : 1);
}

type Judged = Difference & { readonly known: string | null };

function report(found: readonly Judged[], lacking: readonly string[], rows: number): string {
  const open = found.filter(({ known }) => known === null);
  const explained = found.filter(({ known }) => known !== null);
  const unused = KNOWN.filter((entry) => !found.some((each) => knownFor(each) === entry));
  return [
    ...open.map(line),
    ...KNOWN.filter((entry) => !unused.includes(entry)).flatMap((entry) => [
      `Known: ${entry.reason}`,
      ...explained.filter((each) => knownFor(each) === entry).map((each) => `  ${line(each)}`),
    ]),
    ...unused.map(({ model, field }) => `No longer a difference: ${model} ${field ?? 'prices'}`),
    ...(lacking.length === 0 ? [] : [`Only in the other catalogue: ${lacking.join(', ')}`]),
    `${rows} models compared: ${open.length} differences without a known reason, ${explained.length} with one.`,
    '',
  ].join('\n');
}

function line({ model, field, ours, theirs }: Difference): string {
  return `${model} ${field}: ${ours} here, ${theirs} there`;
}

function standardHost(): CatalogHost {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    exitCode: (code) => {
      process.exitCode = code;
    },
    async get(url) {
      const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return response.text();
    },
  };
}
