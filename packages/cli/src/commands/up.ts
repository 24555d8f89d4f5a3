import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { banner } from '../output/banner.ts';
import { demonstrate } from '../system/demonstrate.ts';
import { firstAdmin } from '../system/first-start.ts';
import { fileLogger } from '../system/logger.ts';
import { type System, startSystem } from '../system/start-system.ts';
import { type ClickHouseOption, clickhouseOption, externalClickHouse, interrupted, say } from './common.ts';
import { demoOnly } from './demo.ts';

interface UpOptions extends ClickHouseOption {
  readonly data: string;
  readonly port: number;
  readonly otlpPort: number;
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
    .addOption(clickhouseOption())
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
    clickhouse: externalClickHouse(options),
    logger,
    onStep: say,
  });
  try {
    await serve(system, directory, file, options.demo);
  } finally {
    await system.stop();
  }
  // An agent of the demo may still be asking for a decision; it is meant to end with this process.
  process.exit(0);
}

/** Until the person at the terminal has had enough. */
async function serve(system: System, directory: string, logFile: string, wanted: boolean): Promise<void> {
  const admin = await firstAdmin(system.service.control, directory);
  const ran = join(directory, 'demo-ran');
  const demo =
    wanted && !existsSync(ran) ? await demonstrate(system, admin.token, directory, say) : undefined;
  if (demo !== undefined) await writeFile(ran, `${new Date().toISOString()}\n`);
  console.log(banner({ url: system.url, otlpUrl: system.otlpUrl, directory, logFile, admin, demo }));
  await interrupted();
  say('Stopping');
  await demo?.stop();
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return value;
}
