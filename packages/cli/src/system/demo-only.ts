import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouseOption, externalClickHouse, say } from '../commands/common.ts';
import { demoSummary } from '../demo/summary.ts';
import { demonstrate } from './demonstrate.ts';
import { firstAdmin } from './first-start.ts';
import { fileLogger } from './logger.ts';
import { startSystem } from './start-system.ts';

/** Ports of its own where none are asked for, so that it runs beside a system that is up. */
export async function demoOnly(options: ClickHouseOption): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-demo-'));
  const code = await playOnce(directory, options).catch((error: unknown) => {
    console.error(error);
    return 1;
  });
  await rm(directory, { recursive: true, force: true });
  process.exit(code);
}

async function playOnce(directory: string, options: ClickHouseOption): Promise<number> {
  const { logger } = fileLogger(directory);
  const where = { directory, port: 0, otlpPort: 0, clickhouse: externalClickHouse(options) };
  const system = await startSystem({ ...where, logger, onStep: say });
  try {
    const admin = await firstAdmin(system.service.control, directory);
    const demo = await demonstrate(system, admin.token, directory, say);
    await demo.stop();
    console.log(demoSummary(demo));
    return 0;
  } finally {
    await system.stop();
  }
}
