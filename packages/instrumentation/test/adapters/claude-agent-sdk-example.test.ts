import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openHouse } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { openFakeProvider, resultsIn } from './claude-agent-sdk/fake-provider.ts';
import { asks, bash, says } from './claude-agent-sdk/play.ts';
import { openSandbox } from './claude-agent-sdk/sandbox.ts';
import { examplePath, runExample } from './run-example.ts';

test('the example runs, on the real Claude Code', async () => {
  const house = await openHouse(await readFile(examplePath('support.workflow.yaml'), 'utf8'));
  const answers = [
    asks('r1', 'mcp__desk__send_reply', { to: 'kim@example.com', text: 'Use the extinguisher.' }),
    asks('l1', 'mcp__desk__set_label', { ticket: 'T-7', label: 'urgent' }),
    bash('b1', 'touch everything'),
  ];
  const provider = await openFakeProvider((_, nth) => answers[nth] ?? says('Kim knows.'));
  const { env, close } = await openSandbox(provider.url);
  try {
    const running = runExample('claude-agent-sdk.ts', house, { ...env, PATH: env.PATH ?? '' });
    await house.decideNext('approve', 'as agreed');
    // Four times 10 tokens at 3, 100 read at 0.30, 20 written at 3.75 and 7 at 15 USD a million.
    expect(await running).toBe('completed - Kim knows. (0.00096 USD)\n');
    const read = resultsIn(provider.requests);
    expect(read.get('r1')).toContain('sent to kim@example.com');
    expect(read.get('l1')).toContain('out_of_scope');
    expect(read.get('b1')).toContain('tool_not_listed');
    const [span] = house.spans();
    const records = chainOf(house.spans(), span?.record.run_id ?? '').map(({ record }) => record);
    expect(
      records.flatMap(({ tool, enforcement }) => (enforcement ? [`${tool} ${enforcement}`] : [])),
    ).toEqual(['send_reply waiting', 'send_reply executed', 'set_label blocked', 'Bash blocked']);
  } finally {
    await provider.close();
    await close();
    await house.close();
  }
});
