import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, says } from '../script.ts';

export const pullRequest: Scenario = {
  name: 'engineering-pull-request',
  story:
    'A pull request is class 2: within its scope it is opened at once, and a person reviews it afterwards.',
  workflow: 'engineering-pr-context',
  startedBy: 'ada',
  model: { provider: 'openai', model: 'gpt-5' },
  prompt: 'The retry helper changed. Does its documentation still hold? If not, propose a correction.',
  script: [
    calls({ input: 1_850, output: 96 }, call('read_log', { limit: 5 }, isAllowed)),
    calls({ input: 2_240, cacheRead: 1_792, output: 74 }, call('read_diff', { commit: 'HEAD' }, isAllowed)),
    calls(
      { input: 2_760, cacheRead: 2_176, output: 412, reasoning: 256 },
      call(
        'open_pull_request',
        {
          branch: 'agent/retry-docs',
          path: 'docs/retry.md',
          content: '# Retry\n\nTries five times.\n',
          title: 'Say that retry tries five times',
        },
        isAllowed,
      ),
    ),
    says(
      { input: 3_190, cacheRead: 2_688, output: 58 },
      'docs/retry.md said three; a pull request says five.',
    ),
  ],
  facts: [
    {
      statement: 'The default went from three to five attempts',
      origin: 'source',
      system: 'git_history',
      reference: 'HEAD:src/retry.js',
    },
  ],
  review: { by: 'iris', verdict: 'acceptable', note: 'Matches the code, and changes nothing else.' },
};
