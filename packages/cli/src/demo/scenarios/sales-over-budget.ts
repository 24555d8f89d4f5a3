import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, isNotAsked } from '../script.ts';

export const overBudget: Scenario = {
  name: 'sales-over-budget',
  story:
    'The first call of an expensive model takes more than half of the five cents of a run: the owner is warned. A second might go beyond them, so the model is not asked again.',
  workflow: 'sales-account-research',
  startedBy: 'lena',
  model: { provider: 'anthropic', model: 'claude-opus-4-1' },
  prompt: 'Find out everything about Harbour Foods.',
  script: [
    calls({ input: 1_200, output: 150 }, call('find_account', { name: 'harbour' }, isAllowed)),
    isNotAsked('over_budget', 'budget.per_run'),
  ],
};
