import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How Node runs sources, also from a test runner that runs them in another way. */
const NODE_ARGUMENTS = ['--disable-warning=ExperimentalWarning', '--conditions=tollgate-source'];

/**
 * A program of ours in a process of its own. It is told things as JSON lines on its standard input and answers with JSON
 * lines; what goes wrong it says on stderr. It has to end itself when its input ends.
 */
export class ChildProgram<Told, Said> {
  /** Resolves when it is gone and everything it had said was heard. */
  readonly gone: Promise<void>;
  #isGone = false;
  readonly #child: ChildProcess;
  readonly #said: Said[] = [];
  #waiting: (() => void) | undefined;

  /** @param setup its first argument, as JSON */
  constructor(program: URL, setup: unknown) {
    const child = spawn(
      process.execPath,
      [...NODE_ARGUMENTS, fileURLToPath(program), JSON.stringify(setup)],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.#child = child;
    // What is written to one that is dying is lost, as it should be.
    child.stdin?.on('error', () => {});
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        // Death may cut a line off.
        if (!line.endsWith('}')) return;
        this.#said.push(JSON.parse(line) as Said);
        this.#waiting?.();
      });
    this.gone = new Promise((resolve) =>
      child.once('close', () => {
        this.#isGone = true;
        resolve();
        this.#waiting?.();
      }),
    );
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process was never started');
    return this.#child.pid;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  tell(told: Told): void {
    this.#child.stdin?.write(`${JSON.stringify(told)}\n`);
  }

  /** The next thing that it says; undefined when it is gone and has said nothing more. One caller at a time. */
  async hear(): Promise<Said | undefined> {
    while (this.#said.length === 0 && !this.#isGone)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    return this.#said.shift();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.gone;
  }

  /** Lets it end by itself. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.gone;
  }
}
