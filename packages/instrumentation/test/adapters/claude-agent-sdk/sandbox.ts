import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home and a working directory of its own for Claude Code, and an environment in which it speaks to the fake provider alone. */
export async function openSandbox(providerUrl: string) {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-claude-'));
  return {
    directory,
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      TMPDIR: directory,
      CLAUDE_CONFIG_DIR: join(directory, 'config'),
      CLAUDE_CODE_TMPDIR: directory,
      ANTHROPIC_BASE_URL: providerUrl,
      ANTHROPIC_API_KEY: 'for-the-fake-provider',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
      // Without it, Claude Code does not let root bypass permissions, and a build machine is often root.
      IS_SANDBOX: '1',
    },
    close: () => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
