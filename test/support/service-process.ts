import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface Announced {
  readonly url: string;
  readonly key: string;
  readonly tokens: Readonly<Record<string, string>>;
}

export interface ServiceProcessOptions {
  /** Node's own arguments. Default: those of this process. */
  readonly execArgv?: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A query service in a process of its own, which can be killed and started again on the same directory and port. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private announced: Announced | undefined;
  private ended: Promise<void> = Promise.resolve();
  private readonly directory: string;
  private readonly yamlFile: string;
  private readonly options: ServiceProcessOptions;

  private constructor(directory: string, options: ServiceProcessOptions) {
    this.directory = directory;
    this.yamlFile = join(directory, 'workflow.yaml');
    this.options = options;
  }

  /** Starts it, and registers the workflow. */
  static async start(
    directory: string,
    yaml: string,
    options: ServiceProcessOptions = {},
  ): Promise<ServiceProcess> {
    const service = new ServiceProcess(directory, options);
    await writeFile(service.yamlFile, yaml);
    await service.startAgain();
    await service.api('ola@example.com', 'POST', '/v1/workflows', { yaml });
    return service;
  }

  get url(): string {
    return this.known.url;
  }

  get key(): string {
    return this.known.key;
  }

  tokenOf(email: string): string {
    return this.known.tokens[email] ?? '';
  }

  private get known(): Announced {
    if (this.announced === undefined) throw new Error('the service was never started');
    return this.announced;
  }

  async startAgain(): Promise<void> {
    const program = new URL('service-program.ts', import.meta.url).pathname;
    const port = this.announced === undefined ? '0' : new URL(this.announced.url).port;
    const { execArgv = process.execArgv, env = {} } = this.options;
    const child = spawn(process.execPath, [...execArgv, program, this.directory, port, this.yamlFile], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.child = child;
    this.ended = new Promise((resolve) => child.once('exit', () => resolve()));
    for await (const line of createInterface({ input: child.stdout })) {
      this.announced = JSON.parse(line) as Announced;
      return;
    }
    throw new Error('the service ended before it listened');
  }

  /** Of the process that was started last; undefined once that is gone. */
  get pid(): number | undefined {
    const { child } = this;
    return child === undefined || child.exitCode !== null || child.signalCode !== null
      ? undefined
      : child.pid;
  }

  /** Resolves when the process that was started last is gone, whoever ended it. */
  gone(): Promise<void> {
    return this.ended;
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    const gone = this.gone();
    if (this.pid !== undefined) this.child?.kill('SIGKILL');
    await gone;
  }

  async api(who: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.tokenOf(who)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(json)}`);
    return json as Record<string, unknown>;
  }
}
