import type { Scenario } from '../scenario.ts';
import { call, calls, isAllowed, isDenied, says } from '../script.ts';

export const blockedTool: Scenario = {
  name: 'engineering-blocked-tool',
  story:
    'The code can push to main, the workflow file blocks that tool by name, and the gate keeps main as it is.',
  workflow: 'engineering-pr-context',
  startedBy: 'ada',
  model: { provider: 'openai', model: 'gpt-5' },
  prompt: 'Correct the documentation of the retry helper, quickly.',
  script: [
    calls({ input: 1_790, output: 60 }, call('read_log', { limit: 2 }, isAllowed)),
    calls(
      { input: 2_050, cacheRead: 1_664, output: 131 },
      call(
        'push_to_main',
        { path: 'docs/retry.md', content: '# Retry\n\nTries five times.\n' },
        isDenied('tool_blocked'),
      ),
    ),
    says({ input: 2_310, cacheRead: 1_920, output: 45 }, 'I may not push to main, so nothing was changed.'),
  ],
};
