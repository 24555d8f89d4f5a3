import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, isDenied, says } from '../script.ts';

export const forbiddenData: Scenario = {
  name: 'support-forbidden-data',
  story:
    'A tool whose code reads payments is refused, because its workflow may read tickets and help articles only.',
  workflow: 'support-triage-and-reply',
  startedBy: 'sam',
  model: { provider: 'openai', model: 'gpt-5-mini' },
  prompt: 'Was the customer of T-1002 really charged twice?',
  script: [
    calls({ input: 1_200, output: 45 }, call('search_tickets', { words: 'charged' }, isAllowed)),
    calls(
      { input: 1_330, cacheRead: 1_152, output: 52 },
      call(
        'read_payment_history',
        { customer: 'erik@customer.example' },
        isDenied('data_not_allowed', 'payments'),
      ),
    ),
    says({ input: 1_480, cacheRead: 1_280, output: 30 }, 'I may not read payments, so I cannot tell.'),
  ],
};
