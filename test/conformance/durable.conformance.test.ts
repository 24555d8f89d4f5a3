import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { NOON, spanId, traceId } from './corpus/ids.ts';
import { rowsOf } from './support/compare.ts';
import { encodeRequest, type SpanSpec } from './support/otlp.ts';
import { metric } from './support/prometheus.ts';
import { KEY, startTheirs, type TheirSide, waitForRows } from './support/rig.ts';
import { sendHttp } from './support/send.ts';

const PATIENCE = { timeout: 60_000, interval: 200 };
const REQUESTS = 40;
const SPANS = 50;

const request = (number: number) =>
  encodeRequest([{ resource: [['service.name', 'durable']], scopes: [{ spans: spansOf(number) }] }]);

const spansOf = (number: number): SpanSpec[] =>
  Array.from({ length: SPANS }, (_, index) => ({
    traceId: traceId(`durable ${number}`),
    spanId: spanId(`durable ${number} ${index}`),
    name: `${number}/${index}`,
    start: NOON + BigInt(number),
    end: NOON + BigInt(number) + 1n,
  }));

describe.skipIf(inject('otelcol') === '')('what the OpenTelemetry Collector acknowledged', () => {
  let theirs: TheirSide;
  beforeAll(async () => {
    theirs = await startTheirs(inject('otelcol'));
  });
  afterAll(() => theirs?.stop());

  test('is stored, once, though ClickHouse was away and the Collector was killed', async () => {
    const acknowledged: number[] = [];
    const send = async (number: number) => {
      const { status } = await sendHttp(theirs.otelcol.httpUrl, KEY, request(number));
      if (status === 200) acknowledged.push(number);
    };
    for (let number = 0; number < REQUESTS; number++) {
      // ClickHouse is there for the first quarter; a cut may hit an insert whose answer is then unknown.
      if (number === REQUESTS / 4) theirs.gate.shut();
      await send(number);
    }
    expect(acknowledged).toHaveLength(REQUESTS);
    // Attempts have failed and were repeated, with the queue still growing old.
    await vi.waitFor(async () => {
      const failures = (await theirs.otelcol.log()).match(/Exporting failed. Will retry/g) ?? [];
      expect(failures.length).toBeGreaterThan(1);
    }, PATIENCE);
    const queued = await theirs.otelcol.queued();
    expect(queued.includes(`${REQUESTS - 1}/${SPANS - 1}`)).toBe(true);
    // A key on disk would outlive its revocation.
    expect(queued.includes(KEY)).toBe(false);
    await theirs.otelcol.kill();
    theirs.gate.open();
    await theirs.otelcol.start();
    const reader = theirs.store.clients.reader;
    await waitForRows(reader, new Map([['spans', REQUESTS * SPANS]]));
    // Whatever is sent twice would have come by now.
    await vi.waitFor(async () => {
      expect(metric(await theirs.otelcol.metrics(), 'otelcol_exporter_queue_size')).toBe(0);
    }, PATIENCE);
    const names = (await rowsOf(reader, 'spans')).map((row) => row['name']);
    expect(names).toHaveLength(REQUESTS * SPANS);
    expect(new Set(names).size).toBe(REQUESTS * SPANS);
  });
});
