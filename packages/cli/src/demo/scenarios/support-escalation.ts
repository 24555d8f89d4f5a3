import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, says } from '../script.ts';

export const escalation: Scenario = {
  name: 'support-escalation',
  story:
    'The agent meets what its workflow says is not its business, and hands over to a person with the reason.',
  workflow: 'support-triage-and-reply',
  startedBy: 'sam',
  model: { provider: 'openai', model: 'gpt-5-mini' },
  prompt: 'Sort and answer ticket T-1003.',
  script: [
    calls({ input: 1_215, output: 49 }, call('read_ticket', { ticket: 'T-1003' }, isAllowed)),
    calls(
      { input: 1_410, cacheRead: 1_152, output: 55 },
      call('classify_ticket', { ticket: 'T-1003', queue: 'legal' }, isAllowed),
    ),
    says(
      { input: 1_560, cacheRead: 1_280, output: 41 },
      'The customer announces a lawyer: this is for a person.',
    ),
  ],
  escalation: {
    reason: 'T-1003 announces legal action; the workflow says to escalate then.',
    to: 'joan.silva@demo.example',
  },
};
