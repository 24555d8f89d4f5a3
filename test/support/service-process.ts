import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface Announced {
  readonly url: string;
  readonly key: string;
  readonly tokens: Readonly<Record<string, string>>;
}

/** A query service in a process of its own, which can be killed and started again on the same directory and port. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private announced: Announced | undefined;
  private readonly directory: string;
  private readonly yamlFile: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.yamlFile = join(directory, 'workflow.yaml');
  }

  /** Starts it, and registers the workflow. */
  static async start(directory: string, yaml: string): Promise<ServiceProcess> {
    const service = new ServiceProcess(directory);
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
    const child = spawn(
      process.execPath,
      [...process.execArgv, program, this.directory, port, this.yamlFile],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      this.announced = JSON.parse(line) as Announced;
      return;
    }
    throw new Error('the service ended before it listened');
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
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
