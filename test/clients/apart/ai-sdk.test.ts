import { clientSuite } from '../suite.ts';
import { aiAnthropic, aiCompatible, aiOpenai } from './drivers/ai-sdk.ts';

clientSuite(aiOpenai);
clientSuite(aiCompatible);
clientSuite(aiAnthropic);
