import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, says } from '../script.ts';

export const unpricedModel: Scenario = {
  name: 'product-unpriced-model',
  story:
    'No price list knows this model: its calls cost an unknown amount, which is not zero, and totals say so.',
  workflow: 'product-requirements',
  startedBy: 'mei',
  model: { provider: 'house-models', model: 'notes-summarizer-2' },
  prompt: 'Sum up interview 12.',
  script: [
    calls({ input: 610, output: 28 }, call('read_note', { note: 'interview-12.md' }, isAllowed)),
    says({ input: 720, output: 40 }, 'Ines needs one number a month, by mail.'),
  ],
  facts: [
    {
      statement: 'Ines needs the total by mail on the first of the month',
      origin: 'source',
      system: 'interview_notes',
      reference: 'interview-12.md',
    },
  ],
};
