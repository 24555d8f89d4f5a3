import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { migrationFiles } from '../../src/migrations/files.ts';
import { renderMigration } from '../../src/migrations/render.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, land, row, START } from '../support/landing.ts';

/** What the migrations do once with what is there. */
const backfills = migrationFiles()
  .filter(({ name }) => /^(0021|0027|0028)_/.test(name))
  .flatMap(({ text }) => renderMigration(text, { kind: 'single' }))
  .filter((statement) => /^INSERT INTO tollgate[.]run_summaries/.test(statement));

describe('runs', () => {
  let store: ClickHouse;
  beforeAll(async () => {
    store = await startTestClickHouse();
  });
  afterAll(() => store.close());

  const span = (run: string, attributes: Record<string, string> = {}) =>
    row({
      SpanAttributes: {
        'tollgate.run.id': run,
        'tollgate.workflow': 'claimed',
        'tollgate.owner': 'claimed@x',
        ...attributes,
      },
    });
  const register = (run_id: string, late = false) =>
    store.clients.service.insert({
      table: 'run_registrations',
      values: [
        {
          ...{
            run_id,
            workflow: 'registered',
            policy_version: 'p',
            owner: 'owner@x',
            team: 't',
            principal: 'k',
          },
          ...{ late, initiator: 'i@x', initiator_verified: true, registered_at: '2026-01-15 11:59:00' },
        },
      ],
      format: 'JSONEachRow',
    });
  const read = async (run: string) =>
    (
      await ask<Record<string, unknown>>(
        store.clients.reader,
        `SELECT registered, governed, workflow, owner, initiator, initiator_verified, service, final_status,
                toUnixTimestamp64Milli(started_at) AS started, toUnixTimestamp64Milli(assumeNotNull(ended_at)) AS ended
         FROM runs WHERE run_id = {run:UUID}`,
        { run },
      )
    )[0];
  const started = Number(START / 1_000_000n);

  it('take what the service registered before what a span claims', async () => {
    const run = randomUUID();
    await register(run);
    await land(store, [span(run), span(run, { 'tollgate.final_status': 'completed' })]);
    expect(await read(run)).toMatchObject({
      ...{
        registered: 1,
        governed: true,
        workflow: 'registered',
        owner: 'owner@x',
        initiator: 'i@x',
        initiator_verified: true,
      },
      ...{
        service: 'test',
        final_status: 'completed',
        started: String(started - 60_000),
        ended: String(started + 1),
      },
    });
  });

  it('show a run that was registered and never seen, and one that was seen and never registered', async () => {
    const silent = randomUUID();
    await register(silent);
    expect(await read(silent)).toMatchObject({
      registered: 1,
      final_status: 'unsealed',
      workflow: 'registered',
    });
    const wild = randomUUID();
    await land(store, [span(wild)]);
    expect(await read(wild)).toMatchObject({
      registered: 0,
      governed: true,
      workflow: 'claimed',
      initiator: '',
    });
  });

  it('show a trace that names no run as an ungoverned one, under its trace id', async () => {
    const one = row();
    await land(store, [one]);
    const [, a, b, c, d, e] = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(one.TraceId) ?? [];
    expect(await read([a, b, c, d, e].join('-'))).toMatchObject({
      registered: 0,
      governed: false,
      final_status: 'unsealed',
    });
  });

  it('know every principal that sent something of them, from rows that were there before as well', async () => {
    const run = randomUUID();
    const of = (principal: string) => ({
      ...span(run),
      ResourceAttributes: { 'tollgate.principal': principal },
    });
    const principals = () =>
      ask<{ senders: string[]; late: boolean }>(
        store.clients.reader,
        'SELECT arraySort(principals) AS senders, late FROM runs WHERE run_id = {run:UUID}',
        { run },
      );
    await land(store, [of('b'), of('a')]);
    await land(store, [of('c'), { ...of('b'), Timestamp: String(START + 86_400_000_000_000n * 40n) }]);
    const expected = [{ senders: ['a', 'b', 'c'], late: false }];
    expect(await principals()).toEqual(expected);
    await register(run, true);
    for (const query of ['TRUNCATE TABLE run_summaries', ...backfills, ...backfills])
      await store.clients.owner.command({ query });
    expect(await principals()).toEqual([{ senders: ['a', 'b', 'c'], late: true }]);
  });

  it('are the same in whatever order, batches and repetitions spans come, over months and after merges', async () => {
    const run = randomUUID();
    const at = (seconds: number) => String(START + BigInt(seconds) * 1_000_000_000n);
    const status = (seconds: number, text: string) => ({
      ...span(run, { 'tollgate.final_status': text }),
      Timestamp: at(seconds),
    });
    const spans = [
      { ...span(run), Timestamp: at(-86_400 * 40) },
      status(-7, 'failed'),
      status(86_400 * 40, 'completed'),
      { ...span(run, { 'tollgate.team': 'ops' }), Timestamp: at(86_400 * 41) },
    ];
    const expected = {
      ...{ registered: 0, workflow: 'claimed', final_status: 'completed' },
      started: String(started - 86_400_000 * 40),
      ended: String(started + 86_400_000 * 41 + 1),
    };
    for (const order of [
      [3, 1],
      [0, 2, 1],
      [2, 2, 0],
    ])
      await land(
        store,
        order.flatMap((index) => spans[index] ?? []),
      );
    expect(await read(run)).toMatchObject(expected);
    await store.clients.owner.command({ query: 'OPTIMIZE TABLE run_summaries FINAL' });
    expect(await read(run)).toMatchObject(expected);
  });

  it('are found by what holds of the whole run, not by what one of its months says', async () => {
    const run = randomUUID();
    const day = 86_400n * 1_000_000_000n;
    await land(store, [{ ...span(run), Timestamp: String(START - 40n * day) }]);
    await land(store, [
      { ...span(run, { 'tollgate.final_status': 'completed' }), Timestamp: String(START + 40n * day) },
    ]);
    const found = async (condition: string, settings = '') =>
      (
        await ask(
          store.clients.reader,
          `SELECT 1 FROM runs WHERE run_id = {run:UUID} AND ${condition} ${settings}`,
          {
            run,
          },
        )
      ).length;
    const [first, last] = ['2025-12-06 12:00:00', '2026-02-24 12:00:00'];
    const conditions: readonly (readonly [string, number])[] = [
      [`started_at >= '2026-01-01 00:00:00'`, 0],
      [`started_at >= '${first}' AND started_at < '2026-01-01 00:00:00'`, 1],
      [`toYYYYMM(started_at) = 202602`, 0],
      [`last_at < '2026-01-01 00:00:00'`, 0],
      [`last_at >= '${last}'`, 1],
      [`received_at < now64() - INTERVAL 1 HOUR`, 0],
      [`final_status = 'unsealed'`, 0],
      [`final_status = 'completed' AND started_at < '2026-01-01 00:00:00'`, 1],
      [`ended_at IS NULL`, 0],
    ];
    for (const [condition, rows] of conditions)
      for (const settings of [
        '',
        'SETTINGS use_skip_indexes_if_final = 1, optimize_move_to_prewhere_if_final = 1',
      ])
        expect({ condition, settings, rows: await found(condition, settings) }).toEqual({
          ...{ condition, settings, rows },
        });
  });

  it('leave a registration what it is, whatever spans claim before and after it', async () => {
    const run = randomUUID();
    const louder = { 'tollgate.workflow': 'zzz', 'tollgate.team': 'zzz', 'tollgate.owner': 'zzz@x' };
    await land(store, [span(run, louder)]);
    await register(run);
    await land(store, [span(run, louder)]);
    await store.clients.owner.command({ query: 'OPTIMIZE TABLE run_summaries FINAL' });
    expect(await read(run)).toMatchObject({ registered: 1, workflow: 'registered', owner: 'owner@x' });
  });

  it('are of every workflow that anything claims, and of any once too many are claimed', async () => {
    const run = randomUUID();
    const record = JSON.stringify({ kind: 'run_started', seq: 0, workflow: 'recorded' });
    const claims = (from: number) =>
      Array.from({ length: 60 }, (_, index) => span(run, { 'tollgate.workflow': `w-${from + index}` }));
    const period = async () =>
      (
        await ask<{ any_workflow: boolean; workflows: string[] }>(
          store.clients.reader,
          'SELECT any_workflow, workflows FROM run_periods WHERE run_id = {run:UUID}',
          { run },
        )
      ).map(({ any_workflow, workflows }) => [
        any_workflow,
        workflows.length,
        workflows.includes('recorded'),
      ]);
    await land(store, [span(run, { 'tollgate.record': record }), ...claims(0)]);
    expect(await period()).toEqual([[false, 62, true]]);
    await land(store, claims(100));
    expect(await period()).toEqual([[true, 100, expect.any(Boolean)]]);
    await store.clients.owner.command({ query: 'OPTIMIZE TABLE run_summaries FINAL' });
    await land(store, claims(0));
    expect(await period()).toEqual([[true, 100, expect.any(Boolean)]]);
  });

  it('say no more than spans do: what is too long for a name is content', async () => {
    const run = randomUUID();
    const long = { 'tollgate.team': 'x'.repeat(1025), 'tollgate.final_status': 'y'.repeat(1025) };
    await land(store, [span(run, { ...long, 'tollgate.workflow': 'z'.repeat(1024) })]);
    expect(await read(run)).toMatchObject({ workflow: 'z'.repeat(1024), final_status: 'unsealed' });
    const [summary] = await ask(store.clients.reader, 'SELECT team FROM runs WHERE run_id = {run:UUID}', {
      run,
    });
    expect(summary).toEqual({ team: '' });
  });

  it('are made of what was stored before there was a table of them, and once more changes nothing', async () => {
    const record = JSON.stringify({ kind: 'run_started', seq: 0, workflow: 'recorded' });
    await land(store, [span(randomUUID(), { 'tollgate.workflow': '', 'tollgate.record': record })]);
    const periods = `SELECT * REPLACE (if(any_workflow, [], arraySort(p.workflows)) AS workflows) FROM run_periods AS p ORDER BY run_id, first_at`;
    const rows = async () => [
      await ask(store.clients.reader, 'SELECT * FROM runs ORDER BY run_id'),
      await ask(store.clients.reader, periods),
    ];
    const before = await rows();
    await store.clients.owner.command({ query: 'TRUNCATE TABLE run_summaries' });
    for (let time = 0; time < 2; time += 1)
      for (const query of backfills) await store.clients.owner.command({ query });
    expect(await rows()).toEqual(before);
  });
});
