import { readFileSync, writeFileSync } from 'node:fs';
import { HOUSE } from './house.ts';
import { withHouseTable } from './house-table.ts';

/** `node test/support/write-house-table.ts`: writes the import table of docs/ARCHITECTURE.md anew. */
const file = new URL('../../docs/ARCHITECTURE.md', import.meta.url);
const page = withHouseTable(readFileSync(file, 'utf8'), HOUSE);
if (page === undefined) throw new Error('docs/ARCHITECTURE.md has lost the markers of its table');
writeFileSync(file, page);
