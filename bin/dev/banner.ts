import { styleText } from 'node:util';
import { offeredModels } from '../../lambda/pipeline/discover.ts';
import type { Setup } from '../../lambda/pipeline/setup.ts';

export interface BannerFacts {
  readonly url: string;
  readonly configFile: string;
  readonly ledgerFile: string;
  readonly auditFolder: string;
  /** What a query needs to find this data folder: empty for the usual one, else `--data DIR `. */
  readonly dataFlag: string;
  /** Requests of an earlier run that ended without being settled, and were settled now. */
  readonly abandoned: number;
}

/** What a person needs after `npm start`: where it listens, what to ask for, a call to paste, and where things lie. */
export function banner(setup: Setup, facts: BannerFacts): string {
  const offered = offeredModels(setup).map(({ id }) => id);
  const lines = [
    `${styleText('bold', 'tollgate')} listens on ${styleText('cyan', facts.url)}`,
    '',
    `  models   ${offered.join(', ') || 'none: no provider of the config is usable'}`,
    ...notOffered(setup).map((line) => `           ${line}`),
    `  config   ${facts.configFile}`,
    `  ledger   ${facts.ledgerFile}`,
    `  audit    ${facts.auditFolder}   (npm run query -- ${facts.dataFlag}--name spend)`,
  ];
  if (facts.abandoned > 0) {
    lines.push(
      `  settled  ${facts.abandoned} request(s) that an earlier run left unfinished, at what they had reserved`,
    );
  }
  const model = offered.find((id) => !id.endsWith('*'));
  if (model !== undefined) lines.push('', ...curl(facts.url, model));
  return `${lines.join('\n')}\n`;
}

function curl(url: string, model: string): string[] {
  const body = { model, stream: true, messages: [{ role: 'user', content: 'Say hello in five words.' }] };
  return [
    'Try it:',
    `  curl -N ${url}/v1/chat/completions -H 'content-type: application/json' \\`,
    `    -d '${JSON.stringify(body)}'`,
  ];
}

/** Models that the config names and this process cannot serve, by what they need. */
function notOffered(setup: Setup): string[] {
  const needs = new Map<string, string[]>();
  for (const [id, model] of Object.entries(setup.config.models)) {
    const reasons = model.targets.map(({ provider }) => setup.unusable(provider));
    const [first] = reasons;
    if (first === undefined || reasons.includes(undefined)) continue;
    needs.set(first, [...(needs.get(first) ?? []), id]);
  }
  return [...needs].map(([need, ids]) => styleText('dim', `${ids.join(', ')}: ${need}`));
}
