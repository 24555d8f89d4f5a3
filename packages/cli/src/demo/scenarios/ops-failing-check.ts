import type { Scenario } from '../scenario.ts';
import { call, calls, failsByItself, isAllowed, says } from '../script.ts';

export const failingCheck: Scenario = {
  name: 'ops-failing-check',
  story:
    'A tool may be allowed and fail: nobody listens where reports should answer. The failure is evidence too.',
  workflow: 'ops-checks-and-deploy',
  startedBy: 'schedule:every-hour',
  model: { provider: 'anthropic', model: 'claude-haiku-4-5' },
  prompt: 'Are reports and shop healthy?',
  script: [
    calls(
      { input: 2_395, cacheRead: 2_048, output: 90 },
      call('check_health', { service: 'reports' }, failsByItself),
      call('check_health', { service: 'shop' }, isAllowed),
    ),
    says({ input: 2_640, cacheRead: 2_048, output: 33 }, 'Shop is healthy; reports does not answer.'),
  ],
};
