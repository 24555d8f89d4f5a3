// Installs the workspace before `npm start` and `npm test`, with the package manager this repository pins.
// Plain JavaScript on purpose: it runs on the machine's own Node (>= 20), before the pinned one exists.
import { spawnSync } from 'node:child_process';

const pnpm = 'pnpm@12';
const result = spawnSync('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (result.status !== 0) {
  console.error(
    `\nThe install with ${pnpm} failed (exit ${result.status ?? result.signal}). ` +
      'It needs npm, a network that reaches the npm registry, and about 1 GB of disk; ' +
      'the lines above say what went wrong. Run the same command again once that is mended.',
  );
  process.exit(result.status ?? 1);
}
