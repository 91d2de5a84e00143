import { aiOpenai, aiCompatible, aiAnthropic } from './drivers/ai-sdk.ts';
import { clientSuite } from '../suite.ts';

clientSuite(aiOpenai);
clientSuite(aiCompatible);
clientSuite(aiAnthropic);
