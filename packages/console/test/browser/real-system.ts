import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const CLI = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
/** Starting, and a demo that waits for due dates to pass. */
export const START_MS = 300_000;

/** The whole system with its demo, in a process of its own, and what its terminal says. */
export class RealSystem {
  readonly #child: ChildProcess;
  readonly #directory: string;
  #said = '';

  private constructor(child: ChildProcess, directory: string) {
    this.#child = child;
    this.#directory = directory;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
  }

  static async start(): Promise<RealSystem> {
    const directory = await mkdtemp(join(tmpdir(), 'tollgate-console-real-'));
    const options = ['up', '--data', directory, '--port', '0', '--otlp-port', '0'];
    const child = spawn(process.execPath, ['--conditions=tollgate-source', CLI, ...options]);
    const system = new RealSystem(child, directory);
    const up = () => {
      if (child.exitCode === null && !system.#said.includes('Tollgate is running.'))
        throw new Error(system.#said);
    };
    await vi.waitFor(up, { timeout: START_MS, interval: 500 }).catch(async (error: unknown) => {
      await system.stop();
      throw error;
    });
    if (child.exitCode !== null) throw new Error(system.#said);
    return system;
  }

  /** The link with which somebody signs in: `first admin`, or the name of a person of the demo. */
  link(who: string): string {
    const line = this.#said.split('\n').find((one) => one.includes(who) && one.includes('#token='));
    return /http\S+/.exec(line ?? '')?.[0] ?? '';
  }

  /** The secret of that link. */
  token(who: string): string {
    return new URL(this.link(who)).hash.replace('#token=', '');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}
