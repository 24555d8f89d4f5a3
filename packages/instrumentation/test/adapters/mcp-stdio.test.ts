import { readFile } from 'node:fs/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, test } from 'vitest';
import { openHouse } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { exampleEnvironment, examplePath, runExample } from './run-example.ts';

const workflow = () => readFile(examplePath('support.workflow.yaml'), 'utf8');

test('a host behind the gate, a server in another process', async () => {
  const house = await openHouse(await workflow());
  try {
    const running = runExample('mcp-host.ts', house);
    await house.decideNext('refuse', 'never water on electrics');
    const [found, label, reply] = (await running).split('\n');
    expect(found).toBe('T-7: printer is on fire');
    expect(label).toContain('out_of_scope');
    expect(reply).toContain('never water on electrics');
    const [span] = house.spans();
    const outcomes = chainOf(house.spans(), span?.record.run_id ?? '').flatMap(
      ({ record }) => record.outcome ?? [],
    );
    expect(outcomes).toEqual(['succeeded']);
  } finally {
    await house.close();
  }
});

test('a server behind the gate, asked from another process', async () => {
  const house = await openHouse(await workflow());
  try {
    const client = new Client({ name: 'host', version: '1.0.0' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: ['--conditions=tollgate-source', examplePath('mcp-server.ts')],
        env: exampleEnvironment(house),
      }),
    );
    const reply = client.callTool({
      name: 'send_reply',
      arguments: { to: 'kim@example.com', text: 'Use foam.' },
    });
    await house.decideNext('approve', 'as agreed');
    expect(await reply).toEqual({ content: [{ type: 'text', text: 'sent to kim@example.com: Use foam.' }] });
    const label = await client.callTool({ name: 'set_label', arguments: { ticket: 'T-7', label: 'urgent' } });
    expect(label).toMatchObject({ isError: true });
    await client.close();
    const runs = new Set(house.spans().map(({ record }) => record.run_id));
    expect(runs.size).toBe(2);
    for (const id of runs) expect(chainOf(house.spans(), id).at(-1)?.record.kind).toBe('run_sealed');
  } finally {
    await house.close();
  }
});
