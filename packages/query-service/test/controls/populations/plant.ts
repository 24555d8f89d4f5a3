import type { ClickHouse } from '@tollgate/clickhouse';
import { ask, land, type Row, row } from '../../../../clickhouse/test/support/landing.ts';
import { storeTime } from '../../../src/records/store-time.ts';
import { type Facts, versionOf } from './facts.ts';
import { storeRow } from './flags.ts';
import { BATCHES, type Claims, DUE, type Plan, type Run, WORKFLOWS } from './plan.ts';

type Versions = Readonly<Record<string, string>>;
type Clients = Pick<ClickHouse, 'clients'>;

/** Puts the evidence of a plan's runs into the store, batch by batch, as a collector and the service do. @returns when the store received each batch (ns) */
export async function plantRuns(store: Clients, { runs }: Plan, versions: Versions): Promise<bigint[]> {
  await insertTwice(store, 'run_registrations', runs.flatMap(registration(versions)));
  const spans = runs.flatMap((run) => spansOf(run, versions));
  const received: bigint[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const mark = row();
    await land(store, [
      ...spans.filter(({ landed }) => landed.batch === batch).map(({ span }) => span),
      ...spans.filter(({ landed }) => landed.again === batch).map(({ span }) => span),
      mark,
    ]);
    const [stored] = await ask<{ at: string }>(
      store.clients.reader,
      'SELECT toString(toUnixTimestamp64Nano(received_at)) AS at FROM spans WHERE trace_id = unhex({id:String})',
      { id: mark.TraceId },
    );
    received.push(BigInt(stored?.at ?? 0n));
  }
  return received;
}

/** What the service found and chose; rows of flags come in no order, those on their way do not come. */
export async function plantFindings(store: Clients, { samples, incidents }: Plan, { flags }: Facts) {
  const rows = flags.filter(({ pending }) => !pending).map(storeRow);
  const part = (nth: number) => rows.filter((_, index) => (index * 7) % 3 === nth);
  for (const nth of [2, 0, 1]) await insert(store, 'flags', part(nth).reverse());
  await insert(store, 'flags', part(0));
  const claims = { policy_version: '', owner: 'o', call_id: 'c', tool: 't', record_hash: '' };
  const ofSamples = samples.map((sample) => {
    const { sample_id, run_id, workflow } = sample;
    return { ...sample, row: { ...claims, sample_id, run_id, workflow, team: WORKFLOWS[workflow] } };
  });
  await insertTwice(
    store,
    'samples',
    ofSamples.map(({ row: of, at }) => ({
      ...{ ...of, action: 'a', why: 'rate', reviewers: [] },
      ...{ sampled_at: storeTime(at), due_at: storeTime(at + DUE.sample) },
    })),
  );
  await insertTwice(
    store,
    'reviews',
    ofSamples.flatMap(({ row: of, at, reviews }) =>
      reviews.map((after) => ({
        ...{ ...of, reviewer: 'r', verdict: 'fine', note: '', scores: {} },
        reviewed_at: storeTime(at + DUE.sample + after),
      })),
    ),
  );
  await insertTwice(store, 'service_records', incidents.map(incidentRecord));
}

const insert = (store: Clients, table: string, values: readonly object[]) =>
  store.clients.service.insert({ table, values: [...values], format: 'JSONEachRow' });

/** As after a lost answer, and long after the engine forgot the first. */
async function insertTwice(store: Clients, table: string, values: readonly object[]): Promise<void> {
  await insert(store, table, values);
  await insert(store, table, values.toReversed());
}

const NOBODY = '00000000-0000-4000-8000-000000000000';

const registration =
  (versions: Versions) =>
  ({ run_id, registered }: Run) =>
    registered === null
      ? []
      : {
          ...{ run_id, workflow: registered.workflow, policy_version: versions[registered.workflow] },
          ...{ writer: NOBODY, owner: 'o', team: WORKFLOWS[registered.workflow], principal: 'p' },
          ...{ initiator: 'i', initiator_verified: false, late: false, record_hash: '' },
          registered_at: storeTime(registered.at),
        };

function spansOf(run: Run, versions: Versions) {
  const span = (at: bigint, said: Claims, record?: object): Row =>
    row({
      Timestamp: at.toString(),
      ResourceAttributes: { 'service.name': 'test', 'tollgate.principal': `${said.team}-agent` },
      ...(run.governed ? {} : { TraceId: run.run_id.replaceAll('-', '') }),
      SpanAttributes: {
        ...(run.governed ? { 'tollgate.run.id': run.run_id } : {}),
        ...{ 'tollgate.workflow': said.workflow, 'tollgate.team': said.team },
        ...(record === undefined ? {} : { 'tollgate.record': JSON.stringify(record) }),
      },
    });
  return [
    ...run.spans.map(({ at, said, landed }) => ({ span: span(at, said ?? run.said), landed })),
    ...run.calls.flatMap(({ call_id, reports }) =>
      reports.map((report) => {
        const { at, landed, tool, action_class, enforcement, outcome } = report;
        const said = report.said ?? run.said;
        const claimed = {
          workflow: said.workflow,
          team: said.team,
          policy_version: versionOf(said, versions),
        };
        const kind = outcome === '' ? 'gate_decided' : 'tool_finished';
        const record = { kind, call_id, tool, action_class, enforcement, outcome, ...claimed };
        return { span: span(at, said, record), landed };
      }),
    ),
  ];
}

const incidentRecord = ({ notification_id, run_id, workflow, at }: Plan['incidents'][number]) => ({
  ...{ run_id, writer: NOBODY, seq: 0, kind: 'incident_opened', time: storeTime(at), workflow },
  ...{ policy_version: '', owner: 'o', team: WORKFLOWS[workflow] },
  record: JSON.stringify({ detail: { notification_id, due_at: (at + DUE.incident).toString() } }),
  record_hash: notification_id.replaceAll('-', '').repeat(2),
});
