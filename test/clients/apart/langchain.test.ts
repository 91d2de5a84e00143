import { langchainOpenai, langchainAnthropic } from './drivers/langchain.ts';
import { clientSuite } from '../suite.ts';

clientSuite(langchainOpenai);
clientSuite(langchainAnthropic);
