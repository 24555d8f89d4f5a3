import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openHouse, SAM } from './support/house.ts';
import { chainOf } from './support/spans.ts';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

test('the README shows the example as it is', async () => {
  const [readme, example] = await Promise.all([
    readFile(path('README.md'), 'utf8'),
    readFile(path('examples/support.ts'), 'utf8'),
  ]);
  expect(readme).toContain(`\`\`\`ts\n${example.trimEnd()}\n\`\`\``);
});

test.each([
  ['approve', 'completed - sent to kim@example.com\n'],
  ['refuse', 'escalated - a person takes over\n'],
] as const)('the example runs: the approver says %s', async (decision, output) => {
  const house = await openHouse(await readFile(path('examples/support.workflow.yaml'), 'utf8'));
  try {
    const child = spawn(process.execPath, ['--conditions=tollgate-source', path('examples/support.ts')], {
      env: {
        ...process.env,
        TOLLGATE_URL: house.service.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: house.collector.url,
        TOLLGATE_KEY: house.agentKey,
        TOLLGATE_OUTBOX: house.outbox,
        SAM_TOKEN: house.tokenOf(SAM),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += String(chunk);
    });
    const exit = once(child, 'exit');
    await house.decideNext(decision, 'as agreed');
    expect(await exit).toEqual([0, null]);
    expect(printed).toBe(output);
    const [span] = house.spans();
    expect(chainOf(house.spans(), span?.record.run_id ?? '').at(-1)?.record.kind).toBe('run_sealed');
  } finally {
    await house.close();
  }
});
