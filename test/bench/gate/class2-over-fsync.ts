import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatedTool } from '@tollgate/instrumentation';
import { figures, microseconds, rounded, shown } from '../figures.ts';
import type { BenchHouse } from './bench-house.ts';
import { SAM } from './workflow.ts';

const CALLS = 40;
const PARALLEL = 64;
const ROUNDS = 15;

/**
 * A class-2 call, alone, beside the fdatasync that it waits for; beside it, writing and syncing as many bytes as its intent. And
 * how many syncs 64 parallel calls share.
 */
export async function class2OverFsync(house: BenchHouse, print: (line: string) => void): Promise<number> {
  const tollgate = await house.start();
  const label = tollgate.tool({
    name: 'set_label',
    execute: async ({ label }: { ticket: string; label: string }) => label,
  });
  const file = await open(join(house.directory, 'fsync'), 'w');
  const syncs = watchSyncs(file);
  const sync = {
    alone: [] as number[],
    own: [] as number[],
    call: [] as number[],
    ratio: [] as number[],
    together: [] as number[],
  };
  let shared = 0;
  const { error } = await tollgate.run({ initiator: SAM }, async () => {
    for (let round = -2; round < ROUNDS; round++) {
      const alone = (await microseconds(() => writeAndSync(file))) / CALLS;
      syncs.times.length = 0;
      const call = (await microseconds(() => oneByOne(label))) / CALLS;
      const own = syncs.times.reduce((sum, time) => sum + time, 0) / CALLS;
      syncs.times.length = 0;
      const together = await microseconds(() => allAtOnce(label));
      if (round < 0) continue;
      shared += syncs.times.length;
      sync.own.push(own);
      sync.alone.push(alone);
      sync.call.push(call);
      sync.ratio.push(call / own);
      sync.together.push(together);
    }
  });
  syncs.stop();
  if (error !== undefined) throw error;
  await file.close();
  print(`write and fdatasync             ${shown(figures(sync.alone), 'µs')} of ${CALLS} each`);
  print(`class-2 call, alone             ${shown(figures(sync.call), 'µs')} of ${CALLS} each`);
  print(`its own fdatasync               ${shown(figures(sync.own), 'µs')} of ${CALLS} each`);
  print(`class-2 call over fdatasync     ${shown(figures(sync.ratio), '×')}`);
  print(
    `${PARALLEL} parallel class-2 calls      ${shown(figures(sync.together), 'µs')} for all; ${shared} fdatasyncs for ${ROUNDS * PARALLEL} calls`,
  );
  return rounded(figures(sync.ratio).median);
}

/** As many bytes as the frame of one class-2 intent. */
const INTENT = Buffer.alloc(1900, 1);

async function writeAndSync(file: FileHandle): Promise<void> {
  for (let call = 0; call < CALLS; call++) {
    await file.write(INTENT);
    await file.datasync();
  }
}

type Label = GatedTool<{ ticket: string; label: string }, string>;

async function oneByOne(label: Label): Promise<void> {
  for (let call = 0; call < CALLS; call++) await label({ ticket: `T-${call}`, label: 'done' });
}

async function allAtOnce(label: Label): Promise<void> {
  await Promise.all(
    Array.from({ length: PARALLEL }, (_, call) => label({ ticket: `T-${call}`, label: 'done' })),
  );
}

/** Times every `datasync` of this process, whoever calls it. */
function watchSyncs(file: FileHandle): { readonly times: number[]; stop(): void } {
  const handles = Object.getPrototypeOf(file) as { datasync: FileHandle['datasync'] };
  const { datasync } = handles;
  const times: number[] = [];
  handles.datasync = async function timed(this: FileHandle) {
    times.push(await microseconds(() => datasync.call(this)));
  };
  return {
    times,
    stop: () => {
      handles.datasync = datasync;
    },
  };
}
