import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, isRefused, says } from '../script.ts';

export const replyRefused: Scenario = {
  name: 'support-reply-refused',
  story: 'An approver refuses a reply and says why; nothing is sent, and agent and owner read the reason.',
  workflow: 'support-triage-and-reply',
  startedBy: 'sam',
  model: { provider: 'openai', model: 'gpt-5-mini' },
  prompt: 'Sort and answer ticket T-1002.',
  script: [
    calls({ input: 1_205, output: 47 }, call('read_ticket', { ticket: 'T-1002' }, isAllowed)),
    calls(
      { input: 1_420, cacheRead: 1_152, output: 160 },
      call(
        'send_reply',
        { ticket: 'T-1002', to: 'erik@customer.example', body: 'Sorry! We pay back both charges today.' },
        isRefused,
      ),
    ),
    says({ input: 1_700, cacheRead: 1_408, output: 38 }, 'The reply was refused, because it promises money.'),
  ],
  approval: {
    by: 'ravi',
    decision: 'refuse',
    reason: 'It promises a refund, and one of the two charges was right.',
  },
};
