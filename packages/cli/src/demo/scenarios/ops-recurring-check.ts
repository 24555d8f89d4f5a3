import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, says } from '../script.ts';

export const recurringCheck: Scenario = {
  name: 'ops-recurring-check',
  story: 'A schedule starts the run, so its initiator stays a claim; reading needs no more than that.',
  workflow: 'ops-checks-and-deploy',
  startedBy: 'schedule:every-hour',
  model: { provider: 'anthropic', model: 'claude-haiku-4-5' },
  prompt: 'Are shop and billing healthy?',
  script: [
    calls(
      { input: 2_400, cacheWrite: 2_048, output: 88 },
      call('check_health', { service: 'shop' }, isAllowed),
      call('check_health', { service: 'billing' }, isAllowed),
    ),
    says({ input: 2_610, cacheRead: 2_048, output: 24 }, 'Both are healthy.'),
  ],
};
