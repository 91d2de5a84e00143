import { openaiSdk } from './drivers/openai-sdk.ts';
import { clientSuite } from './suite.ts';

clientSuite(openaiSdk);
