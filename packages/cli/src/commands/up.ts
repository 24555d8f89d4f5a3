import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { DemoResult } from '../demo/demo-result.ts';
import { runDemo } from '../demo/run-demo.ts';
import { demoSummary } from '../demo/summary.ts';
import { banner } from '../output/banner.ts';
import { firstAdmin, provision } from '../system/identities.ts';
import { fileLogger } from '../system/logger.ts';
import { type System, startSystem } from '../system/start-system.ts';

interface UpOptions {
  readonly data: string;
  readonly port: number;
  readonly otlpPort: number;
  readonly clickhouseUrl?: string;
  readonly demo: boolean;
  readonly demoOnly?: true;
}

/** `tollgate up`: the whole system in one process, with the demo on its first start. */
export function upCommand(): Command {
  return new Command('up')
    .description('start collector, API and console over an embedded ClickHouse')
    .option('--data <directory>', 'where everything is kept', './data')
    .addOption(new Option('--port <port>', 'API and console').default(4319).argParser(port))
    .addOption(new Option('--otlp-port <port>', 'collector, OTLP over HTTP').default(4318).argParser(port))
    .addOption(
      new Option('--clickhouse-url <url>', 'a ClickHouse server instead of the embedded one').env(
        'CLICKHOUSE_URL',
      ),
    )
    .option('--no-demo', 'leave the demo out, which otherwise runs on the first start')
    .option('--demo-only', 'run the demo in a directory of its own, print its summary and exit')
    .action((options: UpOptions) => (options.demoOnly === true ? demoOnly(options) : up(options)));
}

async function up(options: UpOptions): Promise<void> {
  const directory = resolve(options.data);
  const { logger, file } = fileLogger(directory);
  const system = await startSystem({
    directory,
    ...options,
    clickhouse: external(options),
    logger,
    onStep: say,
  });
  const admin = await firstAdmin(system.service.control, directory);
  const ran = join(directory, 'demo-ran');
  const demo =
    options.demo && !existsSync(ran) ? await demonstrate(system, admin.token, directory) : undefined;
  if (demo !== undefined) await writeFile(ran, `${new Date().toISOString()}\n`);
  console.log(banner({ url: system.url, otlpUrl: system.otlpUrl, directory, logFile: file, admin, demo }));
  await interrupted();
  say('Stopping');
  await demo?.stop();
  await system.stop();
  // An agent of the demo may still be asking for a decision; it is meant to end with this process.
  process.exit(0);
}

/** Ports of its own where none are asked for, so that it runs beside a system that is up. */
async function demoOnly(options: UpOptions): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-demo-'));
  const code = await playOnce(directory, options).catch((error: unknown) => {
    console.error(error);
    return 1;
  });
  await rm(directory, { recursive: true, force: true });
  process.exit(code);
}

async function playOnce(directory: string, options: UpOptions): Promise<number> {
  const { logger } = fileLogger(directory);
  const where = { directory, port: 0, otlpPort: 0, clickhouse: external(options) };
  const system = await startSystem({ ...where, logger, onStep: say });
  try {
    const admin = await firstAdmin(system.service.control, directory);
    const demo = await demonstrate(system, admin.token, directory);
    await demo.stop();
    console.log(demoSummary(demo));
    return 0;
  } finally {
    await system.stop();
  }
}

function demonstrate(system: System, token: string, directory: string): Promise<DemoResult> {
  return runDemo({
    serviceUrl: system.url,
    otlpUrl: system.otlpUrl,
    admin: { token },
    provision: (spec) => provision(system.service.control, spec),
    directory: join(directory, 'demo'),
    onProgress: say,
  });
}

function external({ clickhouseUrl }: UpOptions) {
  if (clickhouseUrl === undefined) return undefined;
  return {
    url: clickhouseUrl,
    user: process.env['CLICKHOUSE_USER'] ?? 'default',
    password: process.env['CLICKHOUSE_PASSWORD'] ?? '',
  };
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return value;
}

function say(line: string): void {
  console.log(`  ${line}`);
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
