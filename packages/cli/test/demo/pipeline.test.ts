import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { type RunningSystem, startRunningSystem } from '../support/running-system.ts';
import { describeDemoAgainstOracle } from './against-oracle.ts';
import { describeOwnAgent } from './own-agent.ts';
import { describePanelsAgainstApi } from './panels.ts';
import { describeStockOpenTelemetry } from './stock-opentelemetry.ts';

let shared: RunningSystem | undefined;

describeDemoAgainstOracle(async () => {
  shared = await startRunningSystem();
  // The blocks below ask the same system once the demo's own block has ended.
  return { ...shared, stop: async () => undefined };
});

afterAll(() => shared?.stop(), 30_000);

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl && process.env['CI'] === undefined)
  console.warn('SKIPPED: the curl examples of the README, because there is no curl on this machine');

describe.skipIf(!hasCurl && process.env['CI'] === undefined)(
  'the curl examples of the README, as printed',
  () => {
    const examples = shellBlock(
      readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8'),
      'curl',
    );

    it.each(examples.filter((line) => line.startsWith('curl')))('%s', async (line) => {
      const setUp = examples.filter((each) => !each.startsWith('curl'));
      const { serviceUrl, directory } = running();
      const script = [...setUp, line]
        .join('\n')
        .replaceAll('http://127.0.0.1:4319', serviceUrl)
        .replaceAll('data/admin-token', `${directory}/admin-token`);
      const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
        maxBuffer: 64 << 20,
      });
      const answer: unknown = JSON.parse(stdout);
      if (line.includes('/evidence'))
        expect(answer).toMatchObject({ run: { workflow: expect.any(String) }, chain: { whole: true } });
      else expect(answer).toMatchObject({ items: expect.arrayContaining([expect.anything()]) });
    });
  },
);

const running = (): RunningSystem => {
  if (shared === undefined) throw new Error('the system did not start');
  return shared;
};

describeStockOpenTelemetry(running);
describeOwnAgent(running);
describePanelsAgainstApi(running);

/** The commands of the first sh block that has `word` in it, without comments. */
function shellBlock(markdown: string, word: string): readonly string[] {
  const blocks = [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const block = blocks.find((text) => text.includes(word));
  if (block === undefined) throw new Error(`the README has no sh block with ${word}`);
  return block.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
