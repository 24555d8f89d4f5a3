import type { Tollgate } from '@tollgate/instrumentation';
import { gateTools } from '@tollgate/instrumentation/ai-sdk';
import { type ToolSet, tool } from 'ai';
import { z } from 'zod';
import type { World } from '../world/world.ts';

/** Reads a real git repository and opens pull requests in it. */
export function engineeringTools(tollgate: Tollgate, { repository }: World): ToolSet {
  return gateTools(tollgate, {
    read_log: tool({
      description: 'The last commits, with the files that they changed',
      inputSchema: z.object({ limit: z.int().min(1).max(50) }),
      execute: ({ limit }) => repository.log(limit),
    }),
    read_diff: tool({
      description: 'What one commit changed',
      inputSchema: z.object({ commit: z.string() }),
      execute: ({ commit }) => repository.diff(commit),
    }),
    open_pull_request: tool({
      description: 'Opens a pull request that changes one file',
      inputSchema: z.object({
        branch: z.string(),
        path: z.string(),
        content: z.string(),
        title: z.string(),
      }),
      execute: (change) => repository.openPullRequest(change),
    }),
    // The code can do it; the workflow file blocks it by name, so the gate never lets it.
    push_to_main: tool({
      description: 'Commits a file straight to main',
      inputSchema: z.object({ path: z.string(), content: z.string() }),
      execute: ({ path, content }) => repository.pushToMain(path, content),
    }),
  });
}
