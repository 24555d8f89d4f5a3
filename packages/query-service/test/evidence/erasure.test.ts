import { randomUUID } from 'node:crypto';
import { type ClickHouse, eraseContent } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeChains } from '../../src/controls/chain-verdict.ts';
import { Agent, collect } from '../flags/agent.ts';

let clickhouse: ClickHouse;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
});
afterAll(() => clickhouse?.close());

test('the chain of a run whose content was erased is whole, byte for byte, also after its spans come again', async () => {
  const run_id = randomUUID();
  const agent = new Agent({
    ...{ run_id, workflow: 'triage', policy_version: 'v1', owner: 'olga@example.com', team: 'ops' },
  });
  agent.start();
  agent.tool('set_status', 'update_status', 2, { id: 'T-1', status: 'done' });
  agent.seal();
  await collect(clickhouse, agent.rows);
  const rows = async <T>(query: string): Promise<T[]> => {
    const answer = await clickhouse.clients.reader.query({
      query,
      query_params: { run_id },
      format: 'JSONEachRow',
    });
    return answer.json<T>();
  };
  const records = () =>
    rows<{ record: string }>('SELECT record FROM evidence_records WHERE run_id = {run_id:UUID} ORDER BY seq');
  const content = () => rows('SELECT content FROM span_content WHERE run_id = {run_id:UUID}');
  const before = await records();
  expect(await content()).not.toEqual([]);

  await eraseContent(
    clickhouse.clients.owner,
    { kind: 'runs', run_ids: [run_id] },
    { by: 'ada@example.com', reason: 'asked to' },
  );
  await collect(clickhouse, agent.rows);

  expect(await content()).toEqual([]);
  expect(await records()).toEqual(before);
  const texts = (await records()).map(({ record }) => record);
  expect(texts.join()).toContain('digests');
  expect(judgeChains(run_id, [{ run_id, writer: agent.writer, texts }])).toMatchObject([
    { problems: [], end_proven: true, records: 4 },
  ]);
});
