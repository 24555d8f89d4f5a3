import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstAdmin } from '../../src/system/first-start.ts';
import { fileLogger } from '../../src/system/logger.ts';
import { provision } from '../../src/system/provision.ts';
import { type SystemOptions, startSystem } from '../../src/system/start-system.ts';

/** A whole Tollgate in this process, over an embedded store of its own, with nothing in it yet. */
export async function startRunningSystem(more: Pick<SystemOptions, 'singleSignOn'> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-system-'));
  const { logger, file } = fileLogger(directory);
  const system = await startSystem({ directory, port: 0, otlpPort: 0, logger, ...more });
  const admin = await firstAdmin(system.service.control, directory);
  return {
    system,
    serviceUrl: system.url,
    otlpUrl: system.otlpUrl,
    admin,
    directory,
    logFile: file,
    provision: (spec: Parameters<typeof provision>[1]) => provision(system.service.control, spec),
    stop: async () => {
      await system.stop();
      if (!process.env['KEEP']) await rm(directory, { recursive: true, force: true });
    },
  };
}

export type RunningSystem = Awaited<ReturnType<typeof startRunningSystem>>;
