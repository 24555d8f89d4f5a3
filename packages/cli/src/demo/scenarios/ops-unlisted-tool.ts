import type { Scenario } from '../scenario.ts';
import { call, calls, isDenied, says } from '../script.ts';

export const unlistedTool: Scenario = {
  name: 'ops-unlisted-tool',
  story:
    'A tool that nobody put into the workflow file has no class, no scope and no owner, so it does not run.',
  workflow: 'ops-checks-and-deploy',
  startedBy: 'noor',
  model: { provider: 'anthropic', model: 'claude-haiku-4-5' },
  prompt: 'The shop feels slow. Do something about it.',
  script: [
    calls(
      { input: 2_400, cacheRead: 2_048, output: 58 },
      call('restart_service', { service: 'shop' }, isDenied('tool_not_listed')),
    ),
    says(
      { input: 2_550, cacheRead: 2_304, output: 31 },
      'I may not restart services; please do it yourself.',
    ),
  ],
};
