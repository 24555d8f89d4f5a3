import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, says } from '../script.ts';

export const accountResearch: Scenario = {
  name: 'sales-account-research',
  story:
    'What the CRM says is cited with its place there; what the model concludes is marked as its own inference.',
  workflow: 'sales-account-research',
  startedBy: 'lena',
  model: { provider: 'anthropic', model: 'claude-haiku-4-5' },
  prompt: 'Prepare a follow-up for Birch Logistics.',
  script: [
    calls(
      { input: 1_900, cacheWrite: 1_536, output: 44 },
      call('find_account', { name: 'birch' }, isAllowed),
    ),
    calls(
      { input: 2_040, cacheRead: 1_536, output: 42 },
      call('read_account', { account: 'A-17' }, isAllowed),
    ),
    calls(
      { input: 2_210, cacheRead: 1_536, output: 180 },
      call(
        'draft_follow_up',
        { account: 'A-17', body: 'Dear Jonas, your 42 seats renew on 1 February. Shall we talk before?' },
        isAllowed,
      ),
    ),
    says({ input: 2_450, cacheRead: 1_536, output: 66 }, 'The draft is ready; Birch may need more seats.'),
  ],
  facts: [
    {
      statement: 'Birch Logistics has 42 seats',
      origin: 'source',
      system: 'crm',
      reference: 'accounts/A-17/seats',
    },
    {
      statement: 'The contract renews on 2027-02-01',
      origin: 'source',
      system: 'crm',
      reference: 'accounts/A-17/renewal',
    },
    { statement: 'Birch may need more seats at renewal', origin: 'inference', model: 'claude-haiku-4-5' },
  ],
};
