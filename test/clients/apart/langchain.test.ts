import { clientSuite } from '../suite.ts';
import { langchainAnthropic, langchainOpenai } from './drivers/langchain.ts';

clientSuite(langchainOpenai);
clientSuite(langchainAnthropic);
