import { createHttpsUpstream } from '../../lambda/adapters/node/upstream-https.ts';
import { createUndiciUpstream } from '../../lambda/adapters/node/upstream-undici.ts';
import { upstreamSuite } from './upstream-suite.ts';

upstreamSuite('the undici upstream', createUndiciUpstream);
upstreamSuite('the node:https upstream', createHttpsUpstream);
