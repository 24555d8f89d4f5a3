import { randomUUID } from 'node:crypto';
import { type ClickHouse, DATABASE } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { land, row, START } from '../../../clickhouse/test/support/landing.ts';
import { COUNTED_CALLS } from '../../src/controls/counted-calls.ts';
import { PageReads } from '../../src/flags/page-reads.ts';
import { fingerprints } from '../../src/flags/touched-runs.ts';
import { onlyWithin } from '../../src/runs/run-times.ts';

let store: ClickHouse;
beforeAll(async () => {
  store = await startTestClickHouse();
});
afterAll(() => store.close());

const DAY = 86_400_000_000_000n;
const deps = () => ({ store: { reader: store.clients.reader, service: store.clients.service } });

/** Calls of a model, so many days after the first. */
const calls = (run: string, ...days: number[]) =>
  days.map((day) =>
    row({
      Timestamp: String(START + BigInt(day) * DAY),
      SpanAttributes: {
        ...{ 'tollgate.run.id': run, 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' },
        ...{ 'gen_ai.usage.input_tokens': '1', 'gen_ai.usage.output_tokens': '1' },
      },
    }),
  );

test('what is judged of runs is all that is stored of them, and of other months nothing is read', async () => {
  const [run, other] = [randomUUID(), randomUUID()];
  await land(store, [...calls(run, 60, 31), ...calls(other, 0, 1, 2, 150)]);
  await land(store, calls(run, 62));
  const [found] = await fingerprints(deps(), [run]);
  expect(found).toMatchObject({
    rows: 6,
    times: { first: START + 31n * DAY, last: START + 62n * DAY + 1_000_000n },
  });
  const times = found?.times ?? { first: 0n, last: 0n };
  const reads = new PageReads(deps(), { runs: [run] }, { times });
  expect(await reads.rows(COUNTED_CALLS)).toMatchObject([{ run_id: run, calls: '3' }]);
  // It does hold, through views as well: what is asked of times in which a run was not finds nothing.
  const elsewhere = new PageReads(deps(), { runs: [other] }, { times });
  expect(await elsewhere.rows(COUNTED_CALLS)).toEqual([]);
  const plan = await store.clients.reader.query({
    query: `EXPLAIN indexes = 1 SELECT count() FROM ${DATABASE}.counted_model_calls`,
    format: 'TabSeparatedRaw',
    clickhouse_settings: onlyWithin(times),
  });
  const parts = [...(await plan.text()).matchAll(/Parts: (\d+)\/(\d+)/g)].map(([, some, all]) => [some, all]);
  expect(parts).toContainEqual(['3', '5']);
});

test('a run that the service knows and nothing is stored of is judged by what the service knows', async () => {
  expect(await fingerprints(deps(), [randomUUID()])).toEqual([]);
});
