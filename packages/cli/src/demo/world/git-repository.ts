import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A pull request as this repository's host keeps it: one JSON file each, beside the repository. */
export interface PullRequest {
  readonly number: number;
  readonly branch: string;
  readonly title: string;
  readonly commit: string;
}

export interface GitRepository {
  log(limit: number): Promise<string>;
  diff(commit: string): Promise<string>;
  /** Commits one file to a new branch and records the pull request. */
  openPullRequest(change: {
    branch: string;
    path: string;
    content: string;
    title: string;
  }): Promise<PullRequest>;
  /** What no agent of this demo gets to do: the tool around it is blocked by name. */
  pushToMain(path: string, content: string): Promise<string>;
  pullRequests(): Promise<readonly PullRequest[]>;
  /** Ids of the commits on main, newest first. */
  mainCommits(): Promise<readonly string[]>;
}

/** Two commits: code that learnt something new, whose documentation did not. */
const HISTORY = [
  {
    message: 'Add the retry helper',
    files: {
      'src/retry.js': 'export const retry = (run, attempts = 3) => attempt(run, attempts);\n',
      'docs/retry.md': '# Retry\n\nTries three times.\n',
    },
  },
  {
    message: 'Retry five times by default',
    files: { 'src/retry.js': 'export const retry = (run, attempts = 5) => attempt(run, attempts);\n' },
  },
];

/** A real repository in `directory/repository`, with a short history. Needs `git` on the PATH. */
export async function createGitRepository(directory: string): Promise<GitRepository> {
  const root = join(directory, 'repository');
  const records = join(directory, 'pull-requests.json');
  await mkdir(root, { recursive: true });
  const git = (...args: string[]) => gitIn(root, args);
  await git('init', '--quiet', '--initial-branch=main');
  const commit = async (message: string, files: Readonly<Record<string, string>>) => {
    for (const [path, content] of Object.entries(files)) await writeInto(root, path, content);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
    return (await git('rev-parse', 'HEAD')).trim();
  };
  for (const { message, files } of HISTORY) await commit(message, files);
  const pullRequests = async () => JSON.parse(await readFile(records, 'utf8')) as readonly PullRequest[];
  await writeFile(records, '[]');
  return {
    log: (limit) => git('log', `--max-count=${limit}`, '--oneline', '--name-only'),
    diff: (commit) => git('show', '--end-of-options', commit),
    pullRequests,
    mainCommits: async () => (await git('rev-list', 'main')).trim().split('\n'),
    pushToMain: (path, content) => commit(`Change ${path}`, { [path]: content }),
    openPullRequest: async ({ branch, path, content, title }) => {
      await git('switch', '--quiet', '--create', branch, 'main');
      const head = await commit(title, { [path]: content });
      await git('switch', '--quiet', 'main');
      const before = await pullRequests();
      const opened = { number: before.length + 1, branch, title, commit: head };
      await writeFile(records, JSON.stringify([...before, opened], null, 2));
      return opened;
    },
  };
}

/** Runs git without the user's own configuration, hooks and editors, so that the demo is the same everywhere. */
async function gitIn(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', [...args], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: cwd,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_AUTHOR_NAME: 'Demo',
      GIT_AUTHOR_EMAIL: 'demo@demo.example',
      GIT_COMMITTER_NAME: 'Demo',
      GIT_COMMITTER_EMAIL: 'demo@demo.example',
    },
  });
  return stdout;
}

async function writeInto(root: string, path: string, content: string): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}
