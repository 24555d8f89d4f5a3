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
const stranger = `tgk_${'3'.repeat(24)}_${'5'.repeat(64)}`;
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
    theirs = await startTheirs(inject('otelcol'), { keys: [alice, bob] });
  });
  afterAll(() => theirs?.stop());

  test('takes nothing from a stranger, over either protocol', async () => {
    const { httpUrl, grpcUrl } = theirs.otelcol;
    for (const key of ['', 'tgk_x', stranger, `${alice.key}x`, alice.key.slice(0, -1)]) {
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
    expect(await spanNamed(`stranger ${stranger}`)).toBeUndefined();
  });
});
