import { anthropicSdk } from './drivers/anthropic-sdk.ts';
import { clientSuite } from './suite.ts';

clientSuite(anthropicSdk);
