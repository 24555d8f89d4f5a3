/**
 * The CRM as an MCP server over stdio: a process of its own that owns a SQLite database (its path is the first argument).
 * Its tools say of themselves that they only read; the gate takes such hints to raise a class, never to lower one.
 */
import { DatabaseSync } from 'node:sqlite';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const database = new DatabaseSync(process.argv[2] ?? ':memory:');
database.exec(`
  CREATE TABLE IF NOT EXISTS accounts (account TEXT PRIMARY KEY, name TEXT, seats INTEGER, renewal TEXT, contact TEXT);
  INSERT OR REPLACE INTO accounts VALUES ('A-17', 'Birch Logistics', 42, '2027-02-01', 'jonas@birch.example');
  INSERT OR REPLACE INTO accounts VALUES ('A-23', 'Harbour Foods', 310, '2027-08-15', 'amira@harbour.example');
`);

const server = new McpServer({ name: 'demo-crm', version: '1.0.0' });
const rows = (found: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(found) }] });

server.registerTool(
  'find_account',
  {
    description: 'Finds accounts by a part of their name',
    inputSchema: { name: z.string() },
    annotations: { readOnlyHint: true },
  },
  ({ name }) =>
    rows(
      database.prepare('SELECT account, name FROM accounts WHERE instr(lower(name), lower(?)) > 0').all(name),
    ),
);

server.registerTool(
  'read_account',
  {
    description: 'Reads one account',
    inputSchema: { account: z.string() },
    annotations: { readOnlyHint: true },
  },
  ({ account }) => rows(database.prepare('SELECT * FROM accounts WHERE account = ?').all(account)),
);

await server.connect(new StdioServerTransport());
