import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, says } from '../script.ts';

export const requirementsWithSources: Scenario = {
  name: 'product-requirements-with-sources',
  story: 'Each requirement names its notes; both records are samples, and nobody reviews them in time.',
  workflow: 'product-requirements',
  startedBy: 'mei',
  model: { provider: 'google', model: 'gemini-2.5-flash' },
  prompt: 'Which requirements do the interviews support?',
  script: [
    calls({ input: 940, output: 36 }, call('search_notes', { words: 'filters' }, isAllowed)),
    calls(
      { input: 1_080, output: 62 },
      call('read_note', { note: 'interview-07.md' }, isAllowed),
      call('read_note', { note: 'interview-09.md' }, isAllowed),
    ),
    calls(
      { input: 1_460, cacheRead: 1_024, output: 240, reasoning: 110 },
      call(
        'create_requirement',
        {
          title: 'Saved filters',
          text: 'A person can save the filters of a report and use them again.',
          sources: ['interview-07.md'],
        },
        isAllowed,
      ),
      call(
        'create_requirement',
        {
          title: 'Shared filters',
          text: 'A team lead can share filters with the team.',
          sources: ['interview-09.md'],
        },
        isAllowed,
      ),
    ),
    says(
      { input: 1_820, cacheRead: 1_408, output: 70 },
      'Two requirements: saved filters, and shared filters.',
    ),
  ],
  facts: [
    {
      statement: 'An analyst redoes the filters every Friday',
      origin: 'source',
      system: 'interview_notes',
      reference: 'interview-07.md',
    },
    {
      statement: 'A team lead pastes filters into a chat',
      origin: 'source',
      system: 'interview_notes',
      reference: 'interview-09.md',
    },
    { statement: 'Both need filters that outlive a session', origin: 'inference', model: 'gemini-2.5-flash' },
  ],
};
