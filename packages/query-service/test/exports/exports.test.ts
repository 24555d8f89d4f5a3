import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouse } from '@tollgate/clickhouse';
import { startTestClickHouse } from '@tollgate/clickhouse/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeChains } from '../../src/controls/chain-verdict.ts';
import { storeStream } from '../../src/exports/store-stream.ts';
import { Agent, collect } from '../flags/agent.ts';
import { approvalFlow, type Flow } from '../support/approval-flow.ts';
import { startService, type TestService } from '../support/service.ts';
import { workflowYaml } from '../support/workflow.ts';
import { type OpenedPack, openPack, rowsOf, sha256 } from './open-pack.ts';

const RUN = randomUUID();
const OTHER = randomUUID();
const START = BigInt(Date.UTC(2026, 10, 20)) * 1_000_000n;

let clickhouse: ClickHouse;
let service: TestService;
let auditor: string;
let owner: string;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { reader, service: writer } = clickhouse.clients;
  service = await startService({ store: { reader, service: writer }, background: [] });
  auditor = await service.person('ada@example.com', ['auditor'], ['*']);
  owner = await service.person('olga@example.com', ['owner'], ['ops']);
  for (const team of ['ops', 'sales']) await service.key(team);
  await collect(clickhouse, [...rows(RUN, 'ops-deploy', 'ops'), ...rows(OTHER, 'sales-mail', 'sales')]);
});
afterAll(async () => {
  await service?.close();
  await clickhouse?.close();
});

/** A run whose texts are what spreadsheets and line counters stumble over. */
function rows(run_id: string, workflow: string, team: string) {
  const agent = new Agent(
    { run_id, workflow, policy_version: `sha256:${'a'.repeat(64)}`, owner: `${team}@example.com`, team },
    START,
  );
  agent.start();
  agent.call('0.000000000000001');
  agent.tool(
    'restart',
    'update_status',
    2,
    { host: 'a' },
    { rollback_note: '=HYPERLINK("http://x")\n"quoted",\n-2' },
  );
  agent.say('run_sealed', { final_status: 'completed' });
  return agent.rows.map((row) => ({
    ...row,
    ResourceAttributes: { 'service.name': 'agent', 'tollgate.principal': `${team}-agent` },
  }));
}

async function fetched(query: string, token = auditor): Promise<Response> {
  return fetch(`${service.url}/v1/exports/evidence?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
}

async function pack(query: string, token = auditor): Promise<OpenedPack> {
  const answer = await fetched(query, token);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
  return openPack(Buffer.from(await answer.arrayBuffer()));
}

async function count(table: string, where = '1'): Promise<number> {
  const answer = await clickhouse.clients.reader.query({
    query: `SELECT toUInt32(count()) AS n FROM ${table} WHERE ${where}`,
    format: 'JSONEachRow',
  });
  return ((await answer.json<{ n: number }>())[0] ?? { n: -1 }).n;
}

describe('an evidence pack', () => {
  test('of a run says of each file what it is, and its chains verify from it alone', async () => {
    const opened = await pack(`run_id=${RUN}`);
    const { manifest, files } = opened;
    expect(manifest).toMatchObject({ made_by: 'ada@example.com', scope: { run_id: RUN }, format: 'jsonl' });
    expect(manifest.files.map(({ name }) => name)).toEqual([...files.keys()]);
    for (const { name, bytes, sha256: digest } of manifest.files) {
      const file = files.get(name) ?? Buffer.alloc(0);
      expect([name, file.length, sha256(file)]).toEqual([name, bytes, digest]);
    }
    for (const table of ['spans', 'evidence_records', 'tool_calls']) {
      const name = table === 'evidence_records' ? 'agent_records' : table;
      const rows = await count(table, `run_id = '${RUN}'`);
      expect(rows).toBeGreaterThan(0);
      expect([name, manifest.files.find((file) => file.name === `${name}.jsonl`)?.rows]).toEqual([
        name,
        rows,
      ]);
    }
    const records = rowsOf(opened, 'agent_records').map(({ record }) => String(record));
    const writer = String(rowsOf(opened, 'agent_records')[0]?.['writer']);
    expect(judgeChains(RUN, [{ run_id: RUN, writer, texts: records }])).toMatchObject([{ problems: [] }]);
    expect(manifest.people).toContainEqual({ name: 'ops@example.com', as: ['owner'] });
  });

  test('holds numbers and times as they are', async () => {
    const opened = await pack(`run_id=${RUN}`);
    const [call] = rowsOf(opened, 'model_calls');
    expect(call).toMatchObject({ cost: '0.000000000000001', counted: true, input_tokens: '10' });
    const [first] = rowsOf(opened, 'agent_records');
    expect(first?.['time']).toMatch(/^2026-11-20T00:00:00\.00\d{7}Z$/);
  });

  test('holds content only where it is asked for, and says what is left out', async () => {
    const without = await pack(`run_id=${RUN}`);
    expect(without.files.has('content.jsonl')).toBe(false);
    expect(without.manifest.left_out).toEqual(['content: it was not asked for, or may not be read']);
    const opened = await pack(`run_id=${RUN}&content=true`);
    expect(rowsOf(opened, 'content')).not.toEqual([]);
    expect(opened.manifest.left_out).toEqual([]);
  });

  test('as CSV runs no formula, and counts rows whose cells have lines of their own', async () => {
    const { manifest, files } = await pack(`run_id=${RUN}&format=csv`);
    const text = files.get('tool_calls.csv')?.toString('utf8') ?? '';
    expect(text).toContain(`"'=HYPERLINK(""http://x"")\n""quoted"",\n-2"`);
    const rows = await count('tool_calls', `run_id = '${RUN}'`);
    expect(manifest.files.find(({ name }) => name === 'tool_calls.csv')?.rows).toBe(rows);
  });

  test('as Parquet is read back by the engine, row for row', async () => {
    const { files } = await pack('format=parquet&content=true');
    const { owner: owning } = clickhouse.clients;
    for (const [name, bytes] of files) {
      const table = `back_${name.replace('.parquet', '')}`;
      expect(bytes.subarray(-4).toString('latin1')).toBe('PAR1');
      if (!['spans.parquet', 'content.parquet', 'model_calls.parquet'].includes(name)) continue;
      const { user, password } = clickhouse.credentials.owner;
      await owning.command({ query: `CREATE TABLE tollgate.${table} (run_id String) ENGINE = Memory` });
      const search = new URLSearchParams({
        user,
        password,
        query: `INSERT INTO tollgate.${table} FORMAT Parquet`,
      });
      const answer = await fetch(`${clickhouse.url}/?${search}`, {
        method: 'POST',
        body: new Uint8Array(bytes),
      });
      expect(await answer.text()).toBe('');
      const source = { content: 'span_content', spans: 'spans', model_calls: 'model_calls' }[
        name.replace('.parquet', '')
      ];
      expect([name, await count(`tollgate.${table}`)]).toEqual([name, await count(`tollgate.${source}`)]);
    }
  });

  test('of a period holds the runs that the person may see, and no others', async () => {
    const opened = await pack('from=2026-11-20&to=2026-11-21', owner);
    expect(rowsOf(opened, 'runs').map(({ run_id }) => run_id)).toEqual([RUN]);
    for (const { name } of opened.manifest.files)
      expect([name, opened.files.get(name)?.includes(OTHER)]).toEqual([name, false]);
    expect(opened.manifest.left_out).toContain('what belongs to other teams than ops');
    expect((await fetched(`run_id=${OTHER}`, owner)).status).toBe(404);
    const all = await pack('from=2026-11-20&to=2026-11-21');
    expect(rowsOf(all, 'runs')).toHaveLength(2);
    expect(rowsOf(await pack('from=2026-11-21&to=2026-11-22'), 'runs')).toEqual([]);
    expect(rowsOf(await pack('workflow=sales-mail'), 'runs').map(({ run_id }) => run_id)).toEqual([OTHER]);
  });

  test('is on record, with who took what', async () => {
    const out = await service.service.control.db
      .selectFrom('evidence_outbox')
      .select('row')
      .where('table_name', '=', 'service_records')
      .execute();
    const records = out.map(({ row }) => JSON.parse(JSON.parse(row).record));
    expect(records.filter(({ kind }) => kind === 'evidence_exported')).toContainEqual(
      expect.objectContaining({
        actor: 'ada@example.com',
        detail: { run_id: RUN, format: 'jsonl', content: true },
      }),
    );
  });
});

describe('the pack of a run', () => {
  let flow: Flow;
  beforeAll(async () => {
    service.service.start();
    flow = await approvalFlow(service, { more: 'break_glass: { people: [bob@example.com], expires: 5m }\n' });
  });
  const packOf = async (run_id: string, token: string) => {
    expect(await service.service.flush()).toBe(true);
    return pack(`run_id=${run_id}`, token);
  };

  test('names who let a call through that nobody approved', async () => {
    const run_id = await flow.run();
    const { body } = await flow.ask(run_id);
    const path = `/v1/approvals/${body['approval_id']}/break-glass`;
    expect((await service.call(flow.bob, 'POST', path, { reason: 'the site is down' })).status).toBe(200);
    const { manifest } = await packOf(run_id, auditor);
    expect(manifest.people).toContainEqual({ name: 'bob@example.com', as: ['broke glass', 'initiator'] });
  });

  test('has nothing of its workflow that belongs to another team by now', async () => {
    const run_id = await flow.run();
    const admin = await service.person('root@example.com', ['admin'], ['*']);
    const moved = workflowYaml({ team: 'secretive', more: '# a webhook of theirs\n' });
    expect((await service.call(admin, 'POST', '/v1/workflows', { yaml: moved })).status).toBe(201);
    const path = '/v1/workflows/ops-deploy/suspend';
    expect((await service.call(admin, 'POST', path, { reason: 'a matter of theirs' })).status).toBe(200);
    const { files, manifest } = await packOf(run_id, owner);
    expect(manifest.workflow_files).toHaveLength(1);
    for (const [name, bytes] of files)
      expect([name, bytes.includes('secretive'), bytes.includes('a matter of theirs')]).toEqual([
        name,
        false,
        false,
      ]);
    expect((await packOf(run_id, auditor)).manifest.workflow_files).toHaveLength(2);
  });
});

test('an answer that the store could not finish is an error, and never a shorter answer', async () => {
  const { reader, service: writer } = clickhouse.clients;
  const read = async (query: string) => {
    const stream = await storeStream(
      { store: { reader, service: writer } },
      query,
      {},
      new AbortController().signal,
    );
    let bytes = 0;
    for await (const chunk of stream) bytes += (chunk as Buffer).length;
    return bytes;
  };
  const rows = (last: number) =>
    `SELECT throwIf(number = ${last}, 'broken') AS n FROM numbers(3000000) SETTINGS max_block_size = 10000 FORMAT JSONEachRow`;
  expect(await read(rows(5_000_000))).toBe(3_000_000 * '{"n":0}\n'.length);
  await expect(read(rows(2_900_000))).rejects.toThrow();
});

test('a large pack takes no more memory than a small one, however slowly it is taken', async () => {
  const run_id = randomUUID();
  await clickhouse.clients.owner.command({
    query: `INSERT INTO tollgate.span_content (run_id, span_id, start, content, received_at)
      SELECT '${run_id}', toFixedString(reinterpretAsString(number), 8), toDateTime64('2026-11-20 00:00:00', 9) + number / 1000, map('text', randomPrintableASCII(1500)), now64(9)
      FROM numbers(60000)`,
  });
  await collect(clickhouse, rows(run_id, 'ops-deploy', 'ops'));
  const { body } = await fetched(`run_id=${run_id}&content=true`);
  let bytes = 0;
  let most = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes % 20 === 0) await sleep(1);
    const { external, heapUsed } = process.memoryUsage();
    most = Math.max(most, external + heapUsed);
  }
  expect(bytes).toBeGreaterThan(60 * 1024 * 1024);
  expect(most).toBeLessThan(400 * 1024 * 1024);
});

test('a pack that is being taken breaks off when its taker loses the right', async () => {
  const token = await service.person('leaver@example.com', ['auditor'], ['*']);
  const admin = await service.person('boss@example.com', ['admin'], ['*']);
  const { body } = await fetched('content=true', token);
  const reader = body?.getReader();
  expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
  const left = await service.call(admin, 'PATCH', '/v1/people/leaver@example.com', { disabled: true });
  expect(left.status).toBe(200);
  await sleep(5500);
  const rest = async () => {
    while ((await reader?.read())?.done === false);
  };
  await expect(rest()).rejects.toThrow();
});
