import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from '@anthropic-ai/claude-agent-sdk';

/** Options and a reader that look for a file of the sandbox while it is still there: at the result message. */
export function looking(options: Options, name: string) {
  let at = '';
  let found: boolean | undefined;
  return {
    options: (directory: string) => {
      at = directory;
      return options;
    },
    reader: ({ type }: { readonly type: string }) => {
      if (type === 'result') found = existsSync(join(at, name));
      return false;
    },
    found: () => found,
  };
}
