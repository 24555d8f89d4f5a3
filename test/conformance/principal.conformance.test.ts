import { setTimeout as sleep } from 'node:timers/promises';
import { TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { NOON, spanId, traceId } from './corpus/ids.ts';
import { rowsOf } from './support/compare.ts';
import type { OtelcolKey } from './support/otelcol.ts';
import { type Attributes, encodeRequest } from './support/otlp.ts';
import { KEY, PRINCIPAL, startTheirs, type TheirSide, waitForRows } from './support/rig.ts';
import { sendGrpc, sendHttp } from './support/send.ts';

const PATIENCE = { timeout: 20_000, interval: 100 };

const alice: OtelcolKey = { key: `tgk_${'1'.repeat(24)}_${'2'.repeat(64)}`, principal: 'alice-agent' };
const bob: OtelcolKey = { key: `tgk_${'3'.repeat(24)}_${'4'.repeat(64)}`, principal: 'bob-agent' };
const FORGED: Attributes = [
  [TOLLGATE.principal, 'bob-agent'],
  ['service.name', 'forger'],
  [TOLLGATE.principal, 'admin'],
];

/** One span under a name of its own, with forged principals wherever one could stand. */
const forged = (name: string, attributes: Attributes = FORGED) =>
  encodeRequest([
    {
      resource: FORGED,
      scopes: [
        {
          attributes: FORGED,
          spans: [
            {
              traceId: traceId(name),
              spanId: spanId(name),
              name,
              start: NOON,
              end: NOON + 1n,
              attributes,
              events: [{ time: NOON, name: 'e', attributes: FORGED }],
            },
          ],
        },
      ],
    },
  ]);

describe.skipIf(inject('otelcol') === '')('the OpenTelemetry Collector', () => {
  let theirs: TheirSide;
  const spanNamed = async (name: string) => {
    const rows = await rowsOf(theirs.store.clients.reader, 'spans');
    return rows.find((row) => row['name'] === JSON.stringify(name));
  };
  // Views commit one after another, so a span may be there before its content.
  const contentOf = (name: string) =>
    vi.waitFor(async () => {
      const id = spanId(name).toUpperCase();
      const rows = await rowsOf(theirs.store.clients.reader, 'span_content');
      const row = rows.find((each) => each['span_id'] === id);
      if (row === undefined) throw new Error(`there is no content of ${name} yet`);
      return row;
    }, PATIENCE);
  let stored = 0;
  const wait = () => waitForRows(theirs.store.clients.reader, new Map([['spans', stored]]));

  beforeAll(async () => {
    theirs = await startTheirs(inject('otelcol'), [alice]);
  });
  afterAll(() => theirs?.stop());

  test('takes nothing from a stranger, over either protocol', async () => {
    const { httpUrl, grpcUrl } = theirs.otelcol;
    for (const key of ['', 'tgk_x', bob.key, `${alice.key}x`, alice.key.slice(0, -1)]) {
      expect(await sendHttp(httpUrl, key, forged(`stranger ${key}`))).toMatchObject({ status: 401 });
      const metadata = { authorization: `Bearer ${key}` };
      expect(await sendGrpc(grpcUrl, metadata, forged(`stranger ${key}`))).toMatchObject({ status: 16 });
    }
    expect(await sendGrpc(grpcUrl, {}, forged('nobody'))).toMatchObject({ status: 16 });
  });

  test('takes the principal from the key, whatever the spans claim', async () => {
    const { httpUrl, grpcUrl } = theirs.otelcol;
    expect(await sendHttp(httpUrl, alice.key, forged('by http'))).toMatchObject({ status: 200 });
    expect(
      await sendGrpc(grpcUrl, { authorization: `Bearer ${alice.key}` }, forged('by grpc')),
    ).toMatchObject({ status: 0 });
    expect(await sendGrpc(grpcUrl, { 'x-api-key': KEY }, forged('by api key'))).toMatchObject({ status: 0 });
    stored = 3;
    await wait();
    expect(await spanNamed('by http')).toMatchObject({ principal: '"alice-agent"' });
    expect(await spanNamed('by grpc')).toMatchObject({ principal: '"alice-agent"' });
    expect(await spanNamed('by api key')).toMatchObject({ principal: JSON.stringify(PRINCIPAL) });
    const rows = JSON.stringify([
      await spanNamed('by http'),
      await spanNamed('by grpc'),
      await contentOf('by http'),
    ]);
    expect(rows).not.toMatch(/bob-agent|admin/);
    expect(await spanNamed(`stranger ${bob.key}`)).toBeUndefined();
  });

  test('learns of new and revoked keys while it runs', async () => {
    await theirs.otelcol.setKeys([{ key: KEY, principal: PRINCIPAL }, bob]);
    const answers = async () => [
      (await sendHttp(theirs.otelcol.httpUrl, alice.key, encodeRequest([]))).status,
      (await sendHttp(theirs.otelcol.httpUrl, bob.key, encodeRequest([]))).status,
    ];
    const deadline = Date.now() + 20_000;
    while (JSON.stringify(await answers()) !== '[401,200]' && Date.now() < deadline) await sleep(100);
    expect(await answers()).toEqual([401, 200]);
  });

  test('masks credentials, and leaves evidence as it was', async () => {
    const secret = `sk-${'A1b2'.repeat(8)}`;
    const evidence = JSON.stringify({ kind: 'tool_finished', note: secret });
    const attributes: Attributes = [
      ['http.request.header.authorization', 'Bearer whatever'],
      ['db.password', { int: 12345 }],
      ['log', `called with ${secret} and ${bob.key}.`],
      ['gen_ai.usage.input_tokens', { int: 7 }],
      [TOLLGATE.record, evidence],
    ];
    expect(await sendHttp(theirs.otelcol.httpUrl, bob.key, forged('leaky', attributes))).toMatchObject({
      status: 200,
    });
    stored += 1;
    await wait();
    const content: unknown = JSON.parse((await contentOf('leaky'))['content'] ?? '{}');
    expect(content).toEqual({
      'http.request.header.authorization': '****',
      'db.password': '****',
      log: 'called with **** and ****.',
    });
    await waitForRows(theirs.store.clients.reader, new Map([['evidence_records', 1]]));
    const records = await rowsOf(theirs.store.clients.reader, 'evidence_records');
    expect(records.map((row) => row['record'])).toEqual([JSON.stringify(evidence)]);
    expect(await spanNamed('leaky')).toMatchObject({ attributes: '{"gen_ai.usage.input_tokens":"7"}' });
  });
});
