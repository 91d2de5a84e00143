import { openaiAgents } from './drivers/agents.ts';
import { clientSuite } from '../suite.ts';

clientSuite(openaiAgents);
