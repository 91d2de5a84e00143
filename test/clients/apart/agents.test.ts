import { clientSuite } from '../suite.ts';
import { openaiAgents } from './drivers/agents.ts';

clientSuite(openaiAgents);
