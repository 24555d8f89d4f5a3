import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse, SAM } from '../support/house.ts';
import { INTERNAL_WORKFLOW } from '../support/workflows.ts';

let house: House;
let prototype: Pick<FileHandle, 'datasync'>;
let original: FileHandle['datasync'];
/** What the outbox held when it was synced last. */
let synced = '';

beforeAll(async () => {
  house = await openHouse(INTERNAL_WORKFLOW);
  house.collector.mode = 'cut';
  const handle = await open(fileURLToPath(import.meta.url));
  prototype = Object.getPrototypeOf(handle);
  await handle.close();
  original = prototype.datasync;
  prototype.datasync = async function (this: FileHandle) {
    await Reflect.apply(original, this, []);
    synced = await written();
  };
});
afterAll(async () => {
  prototype.datasync = original;
  await house.close();
});

async function written(): Promise<string> {
  const names = (await readdir(house.outbox, { recursive: true })).filter((name) =>
    name.endsWith('.segment'),
  );
  return (await Promise.all(names.map((name) => readFile(join(house.outbox, name), 'latin1')))).join('');
}

test('the seal takes to disk how the calls ended whose intents are there', async () => {
  const tollgate = await house.start();
  const label = tollgate.tool({ name: 'set_label', execute: async () => 'labelled' });
  await tollgate.run({ initiator: SAM }, () => label({ ticket: 'T-1', label: 'done' }));
  expect(synced).toContain('"kind":"tool_finished"');
  expect(synced).toContain('"kind":"run_sealed"');
});

test('a call that is given up while its intent is synced does not happen', async () => {
  const tollgate = await house.start();
  let executed = 0;
  const label = tollgate.tool({ name: 'set_label', execute: async () => ++executed });
  const controller = new AbortController();
  const after = prototype.datasync;
  prototype.datasync = async function (this: FileHandle) {
    controller.abort(new Error('enough'));
    await Reflect.apply(after, this, []);
  };
  const result = await tollgate.run({ initiator: SAM, signal: controller.signal }, () =>
    label({ ticket: 'T-1', label: 'done' }),
  );
  prototype.datasync = after;
  expect(result).toMatchObject({ status: 'cancelled', error: new Error('enough') });
  expect(executed).toBe(0);
  expect(await written()).toContain('"outcome":"failed"');
});

test('a run of class 1 is written, not synced', async () => {
  const tollgate = await house.start();
  const classify = tollgate.tool({ name: 'classify', execute: async () => 'bug' });
  synced = '';
  await tollgate.run({ initiator: SAM }, () => classify({}));
  expect(await written()).toContain('"kind":"tool_called"');
  expect(synced).toBe('');
});
