import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { backupControlState } from '@tollgate/query-service';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { controlFolder } from '../../src/backup/layout.ts';
import { startRunningSystem } from '../support/running-system.ts';
import { startWork } from './busy.ts';

const counted = z.array(z.object({ rows: z.coerce.number() })).length(1);

test('while the store is copied no record enters it, however long that takes, and the copied state is from before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-pause-'));
  const running = await startRunningSystem();
  const { reader } = running.system.clickhouse.clients;
  const stored = async () => {
    const query = 'SELECT count() AS rows FROM service_records';
    const answer = await reader.query({ query, format: 'JSONEachRow' });
    return counted.parse(await answer.json())[0]?.rows;
  };
  const granted = (file: string) => {
    const database = new DatabaseSync(file, { readOnly: true });
    const rows = counted.parse(database.prepare('SELECT count(*) AS rows FROM grants').all());
    database.close();
    return rows[0]?.rows;
  };
  try {
    const work = await startWork(running);
    await vi.waitFor(() => expect(work.answered.granted.length).toBeGreaterThan(5), { timeout: 60_000 });
    const [data, copy] = [controlFolder(running.directory), join(folder, 'control.db')];
    await backupControlState(data, copy, async () => {
      const [rows, grants] = [await stored(), granted(join(data, 'control.db'))];
      // It would end the pause of this one.
      const second = backupControlState(data, join(folder, 'second.db'), async () => undefined);
      await expect(second).rejects.toThrow('Another backup is going on');
      await vi.waitFor(() => expect(granted(join(data, 'control.db'))).toBeGreaterThan((grants ?? 0) + 10), {
        timeout: 60_000,
      });
      expect(await stored()).toBe(rows);
      expect(granted(copy)).toBeLessThanOrEqual(grants ?? 0);
    });
    const before = await stored();
    await vi.waitFor(async () => expect(await stored()).toBeGreaterThan(before ?? 0), { timeout: 60_000 });
    await work.stop();
  } finally {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
