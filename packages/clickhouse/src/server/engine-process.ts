import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ports } from './ports.ts';

/** One life of the engine. */
export type EngineProcess = {
  readonly pid: number | undefined;
  /** Resolves, never rejects, when the process is gone. */
  readonly exited: Promise<void>;
  /** Whether it is gone already. */
  hasExited(): boolean;
  /** Ends it at once; loses nothing that was acknowledged. */
  kill(): void;
  /** What it said last on stderr, bounded. */
  lastWords(): string;
};

const LAST_WORDS_LIMIT = 4000;
const childFile = import.meta.url.endsWith('.ts') ? './child.ts' : './child.js';

/** Starts the engine as a child process that ends itself when this process is gone. */
export function spawnEngine(
  library: string,
  engineArguments: readonly string[],
  ports: Ports,
): EngineProcess {
  const listen = [`--http_port=${ports.http}`, `--tcp_port=${ports.tcp}`];
  const child = fork(
    fileURLToPath(new URL(childFile, import.meta.url)),
    [library, ...engineArguments, ...listen],
    {
      // A process group of its own: a terminal's Ctrl-C must reach the parent alone, which then flushes into this engine.
      detached: true,
      execArgv: [],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  return watchChild(child);
}

function watchChild(child: ChildProcess): EngineProcess {
  let words = '';
  let gone = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS_LIMIT);
  });
  const exited = new Promise<void>((resolve) => {
    const done = (): void => {
      gone = true;
      resolve();
    };
    child.once('exit', done);
    child.once('error', (error) => {
      words = (words + error.message).slice(-LAST_WORDS_LIMIT);
      if (child.pid === undefined) done();
    });
  });
  return {
    pid: child.pid,
    exited,
    hasExited: () => gone,
    kill: () => void child.kill('SIGKILL'),
    lastWords: () => words.trim(),
  };
}
