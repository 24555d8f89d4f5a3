import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ClickHouseOption, externalClickHouse, interrupted, say } from '../commands/common.ts';
import { banner } from '../output/banner.ts';
import { readRetention } from '../serve/retention.ts';
import { readSingleSignOn } from '../serve/single-sign-on.ts';
import { demonstrate } from './demonstrate.ts';
import { firstAdmin } from './first-start.ts';
import { fileLogger } from './logger.ts';
import { type System, startSystem } from './start-system.ts';

export interface UpOptions extends ClickHouseOption {
  readonly data: string;
  readonly port: number;
  readonly otlpPort: number;
  readonly demo: boolean;
  readonly privateWebhooks?: boolean;
}

/** The whole system in this process, until the person at the terminal has had enough. */
export async function up(options: UpOptions): Promise<void> {
  const directory = resolve(options.data);
  const { logger, file } = fileLogger(directory);
  const system = await startSystem({
    directory,
    ...options,
    clickhouse: externalClickHouse(options),
    retention: readRetention(process.env),
    singleSignOn: readSingleSignOn(process.env),
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
