import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunningSystem, startRunningSystem } from '../support/running-system.ts';
import { tollgate } from '../support/tollgate.ts';

const SECRET = 'sesame 5512';

let system: RunningSystem;
let trace_id: string;
/** Of a span that belongs to no governed run: its run is its trace. */
let run_id: string;
beforeAll(async () => {
  system = await startRunningSystem();
  const { agentKeys } = await system.provision({
    people: [],
    agents: [{ principal: 'bot', team: 'ops', workflows: ['*'] }],
  });
  trace_id = randomBytes(16).toString('hex');
  const time = `${Date.now()}000000`;
  const attributes = [{ key: 'my.prompt', value: { stringValue: SECRET } }];
  const span = {
    traceId: trace_id,
    spanId: randomBytes(8).toString('hex'),
    name: 'chat',
    kind: 1,
    attributes,
  };
  const spans = [{ ...span, startTimeUnixNano: time, endTimeUnixNano: time }];
  const sent = await fetch(system.otlpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': agentKeys['bot'] ?? '' },
    body: JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans }] }] }),
  });
  expect(sent.status).toBe(200);
  run_id = trace_id.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  await vi.waitFor(
    async () =>
      expect((await asked(['erase', '--run', run_id, '--dry-run'])).stdout).toContain('1 spans with content'),
    { timeout: 30_000, interval: 200 },
  );
});
afterAll(() => system?.stop());

const asked = (args: string[]) =>
  tollgate([...args, '--url', system.serviceUrl], { TOLLGATE_TOKEN: system.admin.token });
const inLog = async () => {
  const folder = join(system.directory, 'collector-log');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return files.some((bytes) => bytes.includes(SECRET));
};

test('a hold keeps a run from erasure, and both commands say so', async () => {
  const set = await asked(['holds', 'set', '--run', run_id, '--reason', 'letter of the court']);
  const [, hold_id = ''] = /held: (\S+)/.exec(set.stdout) ?? [];
  expect((await asked(['holds', 'list'])).stdout).toContain(hold_id);
  const refused = await asked(['erase', '--run', run_id, '--reason', 'asked to']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('On legal hold')]);
  const preview = await asked(['erase', '--run', run_id, '--dry-run']);
  expect([preview.code, preview.stdout]).toEqual([1, expect.stringContaining(`${run_id} is on legal hold`)]);
  expect((await asked(['holds', 'lift', hold_id, '--reason', 'over'])).code).toBe(0);
  expect((await asked(['holds', 'list'])).stdout).toContain('Nothing is on hold.');
}, 120_000);

test('what is erased is gone from store and log, and the command says where', async () => {
  expect(await inLog()).toBe(true);
  const done = await asked(['erase', '--run', run_id, '--reason', 'asked to']);
  expect([done.code, done.stdout]).toEqual([
    0,
    expect.stringContaining('Erased in 1 of 1 runs: 1 spans with content'),
  ]);
  expect(done.stdout).toContain('collector log: left 0');
  expect(await inLog()).toBe(false);
  expect((await asked(['erase', '--run', run_id, '--dry-run'])).stdout).toContain('0 spans with content');
});

test('what is not said clearly erases nothing', async () => {
  for (const args of [[], ['--span', 'a:b'], ['--run', run_id, '--person', 'a@example.com']])
    expect((await asked(['erase', ...args, '--reason', 'x'])).stderr).toContain('Say what to erase');
  expect((await asked(['erase', '--run', run_id])).stderr).toContain('Say why');
  expect((await asked(['erase', '--run', run_id, '--span', 'x', '--reason', 'x'])).stderr).toContain(
    'TRACE:SPAN',
  );
});
