import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { start } from '@tollgate/instrumentation';
import { describe, expect, it } from 'vitest';
import { connectApi, ifFound } from '../../src/demo/api.ts';
import { waitUntil } from '../../src/demo/wait-until.ts';
import type { RunningSystem } from '../support/running-system.ts';
import { tollgate } from '../support/tollgate.ts';
import { readEvidence } from './read-evidence.ts';

const FILE = `schema: tollgate.workflow/1
workflow: release-notes
owner: {name: Olga Owner, email: olga@example.com}
team: docs
data: [commits]
actions: [read]
risks: []
tools:
  - {name: read_commits, action: read, reads: [commits]}
stops_when: {}
failure: [The notes name a change that is not in the release]
`;

/** What a newcomer does after looking at the demo: an owner, a key, a workflow file, an agent. */
export function describeOwnAgent(system: () => RunningSystem): void {
  describe('an agent of one’s own, set up from the command line', () => {
    it('runs under its registered file, and its evidence is there', async () => {
      const { serviceUrl, otlpUrl, admin, directory } = system();
      const as = (token: string) => ['--url', serviceUrl, '--token', token];
      const file = join(directory, 'release-notes.workflow.yaml');
      await writeFile(file, FILE);
      const owner = await said([
        'people',
        'add',
        'olga@example.com',
        '--name',
        'Olga',
        '--role',
        'owner',
        '--team',
        'docs',
        ...as(admin.token),
      ]);
      const key = await said([
        'keys',
        'create',
        '--principal',
        'notes-agent',
        '--team',
        'docs',
        '--workflow',
        'release-notes',
        ...as(admin.token),
      ]);
      expect(await said(['register', file, ...as(owner)])).toContain('release-notes is registered');
      expect((await tollgate(['register', file, ...as(admin.token.replace(/.$/, 'x'))])).code).toBe(1);

      const agent = await start({
        workflow: file,
        url: serviceUrl,
        otlpUrl,
        key,
        outbox: join(directory, 'own-outbox'),
      });
      const readCommits = agent.tool({ name: 'read_commits', execute: () => ['fix: a wrong total'] });
      const { runId, status, output } = await agent.run({ initiator: 'olga@example.com', input: 'v1' }, () =>
        readCommits({}),
      );
      expect({ status, output }).toEqual({ status: 'completed', output: ['fix: a wrong total'] });
      await agent.shutdown();
      const api = connectApi(serviceUrl, admin.token);
      const until = Date.now() + 20_000;
      await waitUntil({ until, waitingFor: 'the run of an own agent' }, async () => {
        const found = await ifFound(readEvidence(api, runId));
        return found?.run.status === 'completed' && found.chain.whole ? found.run : undefined;
      });
    });
  });
}

async function said(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tollgate(args);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}
