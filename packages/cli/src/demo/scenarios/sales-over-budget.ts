import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, isDenied } from '../script.ts';

export const overBudget: Scenario = {
  name: 'sales-over-budget',
  story:
    'An expensive model reaches the five cents of a run at its second call; the gate then stops the run.',
  workflow: 'sales-account-research',
  startedBy: 'lena',
  model: { provider: 'anthropic', model: 'claude-opus-4-1' },
  prompt: 'Find out everything about Harbour Foods.',
  script: [
    calls({ input: 1_200, output: 150 }, call('find_account', { name: 'harbour' }, isAllowed)),
    calls(
      { input: 1_500, output: 200 },
      call('read_account', { account: 'A-23' }, isDenied('over_budget', 'budget.per_run')),
    ),
  ],
};
