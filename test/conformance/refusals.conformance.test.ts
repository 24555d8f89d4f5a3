import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { NOON, spanId, traceId } from './corpus/ids.ts';
import { rowsOf } from './support/compare.ts';
import { encodeRequest } from './support/otlp.ts';
import { KEY, startTheirs, type TheirSide } from './support/rig.ts';
import { sendGrpc, sendHttp } from './support/send.ts';

const SPANS = 50;
const PATIENCE = { timeout: 60_000, interval: 100 };

const request = (name: string) =>
  encodeRequest([
    {
      scopes: [
        {
          spans: Array.from({ length: SPANS }, (_, index) => ({
            traceId: traceId(name),
            spanId: spanId(`${name} ${index}`),
            name: `${name}/${index}`,
            start: NOON,
            end: NOON + 1n,
          })),
        },
      ],
    },
  ]);

/** gRPC's UNAVAILABLE, like 503, is what senders repeat. */
const UNAVAILABLE = 14;

describe.skipIf(inject('otelcol') === '')('what the OpenTelemetry Collector cannot take', () => {
  let theirs: TheirSide | undefined;
  afterEach(async () => {
    await theirs?.stop();
    theirs = undefined;
  });
  const metadata = { authorization: `Bearer ${KEY}` };

  test('it refuses while its queue is full, and everything that it took is stored', async () => {
    const overlay =
      'exporters: { clickhouse: { sending_queue: { queue_size: 1000, batch: { min_size: 100, max_size: 200 } } } }';
    const side = await startTheirs(inject('otelcol'), { overlay });
    theirs = side;
    side.gate.shut();
    const taken: string[] = [];
    const offer = async (name: string) => {
      const grpc = taken.length % 2 === 0;
      const { status } = grpc
        ? await sendGrpc(side.otelcol.grpcUrl, metadata, request(name))
        : await sendHttp(side.otelcol.httpUrl, KEY, request(name));
      if (status === (grpc ? 0 : 200)) taken.push(name);
      return status;
    };
    for (let number = 0; number < 20; number++) await offer(`request ${number}`);
    expect(taken).toHaveLength(20);
    const refused = request('one too many');
    expect(await sendHttp(side.otelcol.httpUrl, KEY, refused)).toMatchObject({ status: 503 });
    expect(await sendGrpc(side.otelcol.grpcUrl, metadata, refused)).toMatchObject({ status: UNAVAILABLE });
    side.gate.open();
    await side.settled();
    const stored = (await rowsOf(side.store.clients.reader, 'spans')).map((row): unknown =>
      JSON.parse(row['name'] ?? ''),
    );
    const wanted = taken.flatMap((name) => Array.from({ length: SPANS }, (_, i) => `${name}/${i}`));
    expect(stored.sort()).toEqual(wanted.sort());
    // And goes on without a person.
    expect(await offer('one too many')).toBe(0);
  });

  test('it refuses before its memory is full', async () => {
    const overlay = 'processors: { memory_limiter: { limit_mib: 4, spike_limit_mib: 3 } }';
    const side = await startTheirs(inject('otelcol'), { overlay });
    theirs = side;
    await vi.waitFor(async () => {
      const answer = await sendHttp(side.otelcol.httpUrl, KEY, request('too much'));
      expect(answer.status).toBe(503);
    }, PATIENCE);
    const answer = await sendGrpc(side.otelcol.grpcUrl, metadata, request('too much'));
    expect(answer.status).toBe(UNAVAILABLE);
  });

  test('its health is known by whether it answers', async () => {
    const side = await startTheirs(inject('otelcol'));
    theirs = side;
    const healthy = await fetch(side.otelcol.healthUrl);
    expect([healthy.status, await healthy.text()]).toEqual([
      200,
      expect.stringContaining('Server available'),
    ]);
    await side.otelcol.kill();
    await expect(fetch(side.otelcol.healthUrl)).rejects.toThrow();
  });
});
