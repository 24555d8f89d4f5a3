import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, isDenied, says } from '../script.ts';

export const scopeViolation: Scenario = {
  name: 'engineering-scope-violation',
  story:
    'A change outside docs/ is refused with the name of the argument; the model corrects itself and goes on.',
  workflow: 'engineering-pr-context',
  startedBy: 'ada',
  model: { provider: 'openai', model: 'gpt-5' },
  prompt: 'Explain in the right place why retry tries five times.',
  script: [
    calls(
      { input: 1_820, output: 210 },
      call(
        'open_pull_request',
        {
          branch: 'agent/explain-retry',
          path: 'src/retry.js',
          content: '// Five: see the incident of May.\n',
          title: 'Explain the number of attempts',
        },
        isDenied('out_of_scope', 'path'),
      ),
    ),
    calls(
      { input: 2_130, cacheRead: 1_792, output: 224 },
      call(
        'open_pull_request',
        {
          branch: 'agent/explain-retry',
          path: 'docs/retry-why.md',
          content: '# Why five attempts\n\nThree were too few in May.\n',
          title: 'Explain the number of attempts',
        },
        isAllowed,
      ),
    ),
    says({ input: 2_480, cacheRead: 2_048, output: 40 }, 'A pull request adds docs/retry-why.md.'),
  ],
};
