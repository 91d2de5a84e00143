import { whoAdmits } from '../support/ledger-designs.ts';

/**
 * Prints who admits how many of 1,000 requests where 100 have room: `node test/simulation/who-admits.ts`. In virtual
 * time and from a seed, so it takes a second and prints the same everywhere.
 */
console.log(await whoAdmits());
