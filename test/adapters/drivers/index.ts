import type { Driver } from '../driver.ts';
import { aiSdk } from './ai-sdk.ts';
import { bypassing } from './bypassing.ts';
import { claudeAgentSdk } from './claude-agent-sdk.ts';
import { functions } from './functions.ts';
import { langchain } from './langchain.ts';
import { langgraph } from './langgraph.ts';
import { mastra } from './mastra.ts';
import { mcp } from './mcp.ts';
import { mcpServer } from './mcp-server.ts';
import { openaiAgents } from './openai-agents.ts';

/** In the order of the matrix. The suite fails where one of them is missing. */
export const EXPECTED_DRIVERS = [
  'functions',
  'ai-sdk',
  'mcp',
  'mcp-server',
  'openai-agents',
  'langchain',
  'langgraph',
  'mastra',
  'claude-agent-sdk',
  'bypassing',
] as const;

export const DRIVERS: readonly Driver[] = [
  functions,
  aiSdk,
  mcp,
  mcpServer,
  openaiAgents,
  langchain,
  langgraph,
  mastra,
  claudeAgentSdk,
  bypassing,
];
