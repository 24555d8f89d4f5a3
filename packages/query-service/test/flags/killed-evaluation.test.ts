import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { rngOf } from '../../../../test/support/rng.ts';
import { approvalFlow } from '../support/approval-flow.ts';
import { overPostgres } from '../support/postgres.ts';
import { placeOf, startService, type TestService } from '../support/service.ts';
import { Agent, collect } from './agent.ts';

const KILLS = 6;
const RUNS_A_KILL = 25;
const SEED = 20_261_127;

let clickhouse: ClickHouse;
let service: TestService;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
});
afterAll(async () => {
  for (const child of children) await kill(child);
  await service?.restart();
  await service?.close();
  await clickhouse?.close();
});

async function start(): Promise<ChildProcess> {
  const script = new URL('evaluating-child.ts', import.meta.url).pathname;
  const { url, credentials } = clickhouse;
  const place = await placeOf(service.directory);
  const setup = JSON.stringify({ place, url, credentials });
  const child = spawn(process.execPath, ['--conditions=tollgate-source', script, setup], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  if (child.stdout === null) throw new Error('it says nothing');
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

test(`seed ${SEED}: whatever moment of its evaluation a service is killed in, each violation is one flag, raised and recorded once`, async () => {
  const rng = rngOf(SEED);
  const flow = await approvalFlow(service);
  const { policy_version } = flow;
  const about = { workflow: 'ops-deploy', policy_version, owner: 'owner@example.com', team: 'ops' };
  const runs: string[] = [];
  for (let nth = 0; nth < KILLS * RUNS_A_KILL; nth++) runs.push(await flow.run());
  await service.close({ keep: true });

  // Over PostgreSQL another one stands by, and takes over when it is the leader that is killed.
  const living = overPostgres() ? [await start()] : [];
  for (let round = 0; round < KILLS; round++) {
    living.push(await start());
    const some = runs.slice(round * RUNS_A_KILL, (round + 1) * RUNS_A_KILL);
    const rows = some.flatMap((run_id) => {
      const agent = new Agent({ run_id, ...about });
      agent.start();
      agent.tool('drop_table', 'search', 1, {});
      agent.seal();
      return agent.rows;
    });
    // In two inserts, so that there is something new in the middle of an evaluation.
    await collect(clickhouse, rows.slice(0, rows.length / 2));
    await collect(clickhouse, rows.slice(rows.length / 2));
    await pause(rng.below(600));
    const [killed] = living.splice(rng.below(living.length), 1);
    if (killed !== undefined) await kill(killed);
  }
  await start();
  // That a run is never flagged ends this test by its time.
  while ((await raised()).size < runs.length) await pause(50);
  // A few more evaluations, of which none may find anything to do.
  await pause(500);
  expect(await raised()).toEqual(new Map(runs.map((run_id) => [run_id, 1])));
}, 240_000);

const counted = z.array(z.object({ run_id: z.string(), times: z.coerce.number() }));

/** By run, how often it is on record that its flag was raised. */
async function raised(): Promise<ReadonlyMap<string, number>> {
  const query = `
    SELECT toString(r.run_id) AS run_id, count() AS times FROM service_records AS r
    WHERE r.kind = 'flag_changed' AND JSONExtractString(r.record, 'detail', 'control') = 'tool_listed'
      AND JSONExtractString(r.record, 'detail', 'event') = 'raised'
    GROUP BY r.run_id ORDER BY r.run_id`;
  const answer = await clickhouse.clients.reader.query({ query, format: 'JSONEachRow' });
  return new Map(counted.parse(await answer.json()).map(({ run_id, times }) => [run_id, times]));
}
