import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, isApproved, says } from '../script.ts';

export const deployRolledBack: Scenario = {
  name: 'ops-deploy-rolled-back',
  story: 'A person approves a deploy, it happens, and the owner decides afterwards to undo the run.',
  workflow: 'ops-checks-and-deploy',
  startedBy: 'noor',
  model: { provider: 'anthropic', model: 'claude-haiku-4-5' },
  prompt: 'Bring version 4.2.0 of the shop into production.',
  script: [
    calls(
      { input: 2_420, cacheRead: 2_048, output: 95 },
      call('check_health', { service: 'shop' }, isAllowed),
      call('read_version', {}, isAllowed),
    ),
    calls(
      { input: 2_700, cacheRead: 2_304, output: 72 },
      call('deploy', { service: 'shop', version: '4.2.0' }, isApproved),
    ),
    says({ input: 2_860, cacheRead: 2_560, output: 29 }, '4.2.0 is in production; 4.1.0 ran before.'),
  ],
  approval: { by: 'joan', decision: 'approve', reason: '4.2.0 passed staging this morning.' },
  rollback: {
    by: 'noor',
    reason: 'Checkout errors doubled within minutes of 4.2.0.',
    undo: ({ production }) => production.deploy('4.1.0'),
  },
};
