import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, isApproved, says } from '../script.ts';

export const replyApproved: Scenario = {
  name: 'support-reply-approved',
  story:
    'Sending is class 3: the run waits until a person has approved this very text, and then it is sent once.',
  workflow: 'support-triage-and-reply',
  startedBy: 'sam',
  model: { provider: 'openai', model: 'gpt-5-mini' },
  prompt: 'Sort and answer ticket T-1001.',
  script: [
    calls({ input: 1_210, output: 48 }, call('read_ticket', { ticket: 'T-1001' }, isAllowed)),
    calls(
      { input: 1_390, cacheRead: 1_152, output: 51 },
      call('classify_ticket', { ticket: 'T-1001', queue: 'bug' }, isAllowed),
    ),
    calls(
      { input: 1_560, cacheRead: 1_280, output: 187, reasoning: 64 },
      call(
        'send_reply',
        {
          ticket: 'T-1001',
          to: 'dana@customer.example',
          body: 'Exports come back when you reload the page. A correction is on its way.',
        },
        isApproved,
      ),
    ),
    says({ input: 1_790, cacheRead: 1_536, output: 32 }, 'T-1001 is a bug; the reply was sent.'),
  ],
  approval: {
    by: 'ravi',
    decision: 'approve',
    reason: 'True, polite, and promises nothing that we do not do.',
  },
};
