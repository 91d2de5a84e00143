import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { jsonSchema } from '../../lambda/core/config/json-schema.ts';
import { auditReference } from './reference/audit.ts';
import { configurationReference } from './reference/configuration.ts';
import { errorsReference } from './reference/errors.ts';
import { httpReference } from './reference/http.ts';
import { modelsReference } from './reference/models.ts';
import { parametersReference } from './reference/parameters.ts';
import { sandboxReference } from './reference/sandbox.ts';

/** Each generated file of docs/reference, and what writes it. */
const PAGES: readonly (readonly [path: string, content: () => string])[] = [
  ['docs/reference/audit.md', auditReference],
  ['docs/reference/configuration.md', configurationReference],
  ['docs/reference/errors.md', errorsReference],
  ['docs/reference/http.md', httpReference],
  ['docs/reference/models.md', modelsReference],
  ['docs/reference/parameters.md', parametersReference],
  ['docs/reference/sandbox.md', sandboxReference],
  ['docs/reference/tollgate.schema.json', () => `${JSON.stringify(jsonSchema(), undefined, 2)}\n`],
];

/** Path, from the root of the project, to content. A test compares them with what is checked in. */
export function referenceFiles(): ReadonlyMap<string, string> {
  return new Map(PAGES.map(([path, content]) => [path, content()]));
}

/** `tollgate reference`: writes the generated pages anew. */
export function referenceCommand(root = fileURLToPath(new URL('../..', import.meta.url))): Command {
  return new Command('reference').description('write docs/reference from the code').action(() => {
    for (const [path, content] of referenceFiles()) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
      process.stdout.write(`${path}\n`);
    }
  });
}
