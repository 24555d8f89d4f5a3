import type { Scenario } from '../scenario.ts';
import { call, calls, expires, isAllowed, says } from '../script.ts';

export const followUpExpired: Scenario = {
  name: 'sales-follow-up-expired',
  story: 'Nobody decides about this message in time, so the request expires and nothing is sent.',
  workflow: 'sales-account-research',
  startedBy: 'lena',
  model: { provider: 'anthropic', model: 'claude-haiku-4-5' },
  prompt: 'Write to Harbour Foods about their renewal.',
  script: [
    calls(
      { input: 1_890, cacheRead: 1_536, output: 43 },
      call('read_account', { account: 'A-23' }, isAllowed),
    ),
    calls(
      { input: 2_060, cacheRead: 1_536, output: 121 },
      call(
        'send_follow_up',
        { to: 'amira@harbour.example', body: 'Dear Amira, your contract renews in August. Shall we talk?' },
        expires,
      ),
    ),
    says({ input: 2_230, cacheRead: 1_536, output: 30 }, 'Nobody decided in time, so nothing was sent.'),
  ],
};
