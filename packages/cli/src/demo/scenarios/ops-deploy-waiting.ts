import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, keepsWaiting, says } from '../script.ts';

export const deployWaiting: Scenario = {
  name: 'ops-deploy-waiting',
  story: 'This deploy waits for you: approve or refuse it in the console, and watch what the agent does.',
  workflow: 'ops-checks-and-deploy',
  startedBy: 'noor',
  model: { provider: 'anthropic', model: 'claude-haiku-4-5' },
  prompt: 'Bring version 4.3.0 of the shop into production.',
  script: [
    calls(
      { input: 2_410, cacheRead: 2_048, output: 61 },
      call('check_health', { service: 'shop' }, isAllowed),
    ),
    calls(
      { input: 2_590, cacheRead: 2_304, output: 70 },
      call('deploy', { service: 'shop', version: '4.3.0' }, keepsWaiting),
    ),
    // Asked only once somebody has decided.
    says({ input: 2_750, cacheRead: 2_432, output: 27 }, 'That is what became of 4.3.0.'),
  ],
};
