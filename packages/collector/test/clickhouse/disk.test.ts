import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { clickhouseStorage, createCollector } from '../../src/index.ts';
import { type RunningStore, startWithClickHouse } from '../support/clickhouse.ts';
import { metric, post, verifyKey } from '../support/running.ts';
import { makeReadOnly, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import * as wire from '../support/wire.ts';

const MIB = 1024 * 1024;
const canMount = (() => {
  const disk = mountSmallDisk(MIB);
  disk?.unmount();
  return disk !== undefined;
})();
if (!canMount)
  console.warn('SKIPPED: real disks that are full or read-only, because nothing can be mounted here');

/** Fifty spans, and some twenty kilobytes that nothing compresses. */
const batch = (name: string) =>
  wire.request(
    Array.from({ length: 50 }, () =>
      wire.span(
        name,
        wire.len(1, randomBytes(16)),
        wire.len(2, randomBytes(8)),
        wire.attribute(9, 'gen_ai.input.messages', wire.text(randomBytes(150).toString('hex'))),
      ),
    ),
  );
const SPANS = 50;

describe.skipIf(!canMount)('a real disk', { timeout: 120_000 }, () => {
  let disk: SmallDisk | undefined;
  let running: RunningStore;
  afterEach(async () => {
    await running?.stop();
    disk?.unmount();
    disk = undefined;
  });

  function mounted(bytes: number): SmallDisk {
    disk = mountSmallDisk(bytes);
    if (disk === undefined) throw new Error('nothing can be mounted here');
    return disk;
  }

  /** Sends until it is refused. @returns how many spans were accepted, and the refusal */
  async function sendUntilRefused(name: string, most = 5000) {
    for (let accepted = 0, sent = 0; sent < most; sent++) {
      const answer = await post(running.listening.url, batch(name));
      if (answer.status !== 200) return { accepted, refusal: answer };
      accepted += SPANS;
    }
    throw new Error('nothing was refused');
  }

  const send = async (name: string) => (await post(running.listening.url, batch(name))).status;
  const stored = async () => {
    const [row] = await running.rows<{ n: string; raw: string }>(
      'SELECT (SELECT count() FROM spans) AS n, (SELECT count() FROM spans SETTINGS final = 0) AS raw',
    );
    return { once: Number(row?.n), rows: Number(row?.raw) };
  };
  const readiness = async () => (await fetch(`${running.listening.url}/readyz`)).status;
  /** Stops the engine. @returns lets it go on; one that did not answer for long is another by then */
  function stall(): () => void {
    const pid = running.clickhouse.pid();
    if (pid === undefined) throw new Error('no engine');
    process.kill(pid, 'SIGSTOP');
    return () => {
      try {
        process.kill(pid, 'SIGCONT');
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
    };
  }

  /** What the metrics say, and what is there, is what was accepted. */
  async function expectAll(accepted: number) {
    expect(await running.collector.flush(60_000)).toEqual({ kind: 'stored' });
    expect(await stored()).toEqual({ once: accepted, rows: accepted });
    expect(await metric(running.collector, 'tollgate_collector_spans_accepted_total')).toBe(accepted);
    expect(await metric(running.collector, 'tollgate_collector_log_spans')).toBe(0);
  }

  test('that the log itself has filled: refused with a time to wait, then stored, and taken again', async () => {
    const full = mounted(4 * MIB);
    running = await startWithClickHouse({}, { ofLog: full.directory });
    const goOn = stall();
    const { accepted, refusal } = await sendUntilRefused('full');
    expect(accepted).toBeGreaterThan(50 * SPANS);
    expect([429, 503]).toContain(refusal.status);
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
    goOn();
    await expect.poll(() => send('after'), { timeout: 60_000, interval: 200 }).toBe(200);
    await expectAll(accepted + SPANS);
    await expect.poll(readiness, { timeout: 30_000 }).toBe(200);
  });

  test('without any room when it starts again: what was accepted waits, and is stored once there is some', async () => {
    const full = mounted(4 * MIB);
    running = await startWithClickHouse({ limits: { drainTimeoutMs: 300 } }, { ofLog: full.directory });
    const goOn = stall();
    const { accepted } = await sendUntilRefused('full');
    await running.collector.close();
    await full.fill();
    goOn();
    const next = createCollector({
      ...clickhouseStorage(running.clickhouse.clients.landing),
      ...{ verifyKey, directory: running.directory },
    });
    const { url } = await next.listen(0);
    // There may be no room to note what is stored; nothing is stored twice when there is.
    await next.flush(2000);
    await full.empty();
    expect(await next.flush(60_000)).toEqual({ kind: 'stored' });
    expect(await stored()).toEqual({ once: accepted, rows: accepted });
    const sendNext = async () => (await post(url, batch('after'))).status;
    await expect.poll(sendNext, { timeout: 30_000, interval: 200 }).toBe(200);
    await next.close();
    expect(await stored()).toEqual({ once: accepted + SPANS, rows: accepted + SPANS });
  });

  test('that another program has filled: refused until that gives way, without a person', async () => {
    const full = mounted(8 * MIB);
    running = await startWithClickHouse({}, { ofLog: full.directory });
    expect(await send('before')).toBe(200);
    await full.fill();
    const { accepted, refusal } = await sendUntilRefused('full');
    expect([429, 503]).toContain(refusal.status);
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
    await full.empty();
    await expect.poll(() => send('after'), { timeout: 30_000, interval: 200 }).toBe(200);
    await expectAll(SPANS + accepted + SPANS);
  });

  test('under the tables that is full: spans wait in the log, and are stored when there is room', async () => {
    const full = mounted(512 * MIB);
    running = await startWithClickHouse({}, { ofStore: full.directory });
    expect(await send('before')).toBe(200);
    expect(await running.collector.flush()).toEqual({ kind: 'stored' });
    await full.fill();
    for (let n = 0; n < 5; n++) expect(await send('full')).toBe(200);
    expect(await running.collector.flush(2000)).toEqual({ kind: 'waiting', spans: 5 * SPANS });
    await full.empty();
    await expectAll(6 * SPANS);
  });

  test('under the tables that went read-only: spans wait in the log, and are stored when it is writable', async () => {
    running = await startWithClickHouse();
    expect(await send('before')).toBe(200);
    expect(await running.collector.flush()).toEqual({ kind: 'stored' });
    const undo = makeReadOnly(join(running.clickhouse.directory, 'engine', 'store'));
    try {
      for (let n = 0; n < 5; n++) expect(await send('read-only')).toBe(200);
      expect(await running.collector.flush(2000)).toEqual({ kind: 'waiting', spans: 5 * SPANS });
    } finally {
      undo();
    }
    await expectAll(6 * SPANS);
  });
});
