import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AgentSetup, Job, Said } from '../programs/messages.ts';

/** How every process of a trial is started, also from a test runner that runs sources in another way. */
export const NODE_ARGUMENTS: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--conditions=tollgate-source',
];

const PROGRAM = new URL('../programs/agent-program.ts', import.meta.url).pathname;

/** An agent in a process of its own: loaded, and idle until its first job. */
export class AgentProcess {
  readonly life: string;
  /** Resolves when it is gone and everything that it had said has been heard. */
  readonly gone: Promise<void>;
  isGone = false;
  /** Who listens to it now. */
  heard: (said: Said) => void = () => {};
  private readonly child: ChildProcess;

  constructor(setup: AgentSetup, env: Readonly<Record<string, string>>) {
    this.life = setup.life;
    const child = spawn(process.execPath, [...NODE_ARGUMENTS, PROGRAM, JSON.stringify(setup)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.child = child;
    // What is written to one that is dying is lost, as it should be.
    child.stdin?.on('error', () => {});
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        // Death may cut a line off.
        if (line.endsWith('}')) this.heard(JSON.parse(line) as Said);
      });
    this.gone = new Promise((resolve) =>
      child.once('close', () => {
        this.isGone = true;
        resolve();
      }),
    );
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  begin(job: Job): void {
    this.child.stdin?.write(`${JSON.stringify(job)}\n`);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Lets it end by itself. */
  async end(): Promise<void> {
    this.child.stdin?.end();
    await this.gone;
  }
}
