import { DATABASE } from '@tollgate/clickhouse';
import type { BenchStore } from '../../ingest/store.ts';
import type { BenchService } from '../service.ts';
import type { Stage } from './plan.ts';
import { genesis } from './record-sql.ts';
import { runsSql } from './run-sql.ts';

/** Just before its first span. */
const REGISTERED = '(start_ns - 5000000)';
const TIME = `fromUnixTimestamp64Nano(toInt64(${REGISTERED}), 'UTC')`;

const record = (writer: string) => `concat(
  '{"actor":"', principal, '","detail":{"initiator":"ines@example.com","initiator_verified":true,"late":false,"writer":"', writer, '"},"kind":"run_registered","owner":"', owner,
  '","policy_version":"', policy_version, '","prev":"', ${genesis(`'${writer}'`)}, '","run_id":"', run_id,
  '","schema":"tollgate.record/1","seq":0,"team":"', team, '","time":"', toString(${REGISTERED}), '","workflow":"', workflow, '","writer":"${writer}"}')`;

const AT_ONCE = 500;

interface Registered {
  readonly run_id: string;
  readonly workflow: string;
  readonly policy_version: string;
  readonly writer: string;
  readonly owner: string;
  readonly team: string;
  readonly principal: string;
  readonly registered: string;
  readonly head: string;
}

/**
 * Registers the runs of a stage as the service does, in its own state and in its tables of the store, but many in one transaction:
 * one each would take longer than all the rest.
 */
export async function registerRuns(store: BenchStore, service: BenchService, stage: Stage): Promise<void> {
  const { writer } = service.control;
  const runs = runsSql(stage, service.versions);
  const base = `WITH all_runs AS (SELECT *, ${record(writer)} AS text, lower(hex(SHA256(text))) AS hash FROM (${runs}))`;
  await insert(
    store,
    `INSERT INTO ${DATABASE}.run_registrations
    (run_id, workflow, policy_version, writer, owner, team, principal, initiator, initiator_verified, late, registered_at, record_hash)
    ${base} SELECT run_id, workflow, policy_version, writer, owner, team, principal, 'ines@example.com', true, false, ${TIME}, hash FROM all_runs`,
  );
  await insert(
    store,
    `INSERT INTO ${DATABASE}.service_records
    (run_id, writer, seq, kind, time, workflow, policy_version, owner, team, record, record_hash)
    ${base} SELECT run_id, '${writer}', 0, 'run_registered', ${TIME}, workflow, policy_version, owner, team, text, hash FROM all_runs`,
  );
  for (let at = 0; at < stage.runs; at += 20 * AT_ONCE) {
    const some = {
      ...stage,
      from: stage.from + at,
      runs: Math.min(20 * AT_ONCE, stage.runs - at),
      first: stage.first + BigInt(at) * stage.step,
    };
    const rows = await store.rows<Registered>(`
      SELECT run_id, workflow, policy_version, writer, owner, team, principal, toString(${REGISTERED}) AS registered,
        lower(hex(SHA256(${record(writer)}))) AS head FROM (${runsSql(some, service.versions)})`);
    await keep(service, rows);
  }
}

const insert = (store: BenchStore, query: string) => store.clickhouse.clients.owner.command({ query });

async function keep({ control, keys }: BenchService, rows: readonly Registered[]): Promise<void> {
  await control.change(async ({ db }) => {
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      const some = rows.slice(at, at + AT_ONCE);
      await db
        .insertInto('runs')
        .values(
          some.map(({ registered, head: _, ...run }) => ({
            ...run,
            key_id: keys.get(run.principal) ?? '',
            initiator: 'ines@example.com',
            initiator_verified: 1,
            registered_at: registered,
            rolled_back_at: null,
          })),
        )
        .execute();
      await db
        .insertInto('service_chains')
        .values(some.map(({ run_id, head }) => ({ run_id, seq: 1, head })))
        .execute();
    }
  });
}
