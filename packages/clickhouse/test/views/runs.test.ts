import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../src/index.ts';
import { startTestClickHouse } from '../../src/testing.ts';
import { ask, land, row, START } from '../support/landing.ts';

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
  const register = (run_id: string) =>
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
          ...{ initiator: 'i@x', initiator_verified: true, registered_at: '2026-01-15 11:59:00' },
        },
      ],
      format: 'JSONEachRow',
    });
  const read = async (run: string) =>
    (
      await ask<Record<string, unknown>>(
        store.clients.reader,
        `SELECT registered, governed, workflow, owner, initiator, initiator_verified, service, final_status, spans,
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
        spans: '2',
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
      spans: '0',
      workflow: 'registered',
    });
    const wild = randomUUID();
    await land(store, [span(wild)]);
    expect(await read(wild)).toMatchObject({
      registered: 0,
      governed: true,
      workflow: 'claimed',
      initiator: '',
      spans: '1',
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
});
