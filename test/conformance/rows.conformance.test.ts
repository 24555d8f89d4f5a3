import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Body, corpus } from './corpus/corpus.ts';
import { compareStores } from './support/compare.ts';
import { report } from './support/report.ts';
import { KEY, type OurSide, startOurs, startTheirs, type TheirSide } from './support/rig.ts';
import { sendGrpc, sendHttp } from './support/send.ts';

/** Another one each time, so that every run looks somewhere else; a difference is seen again with its seed. */
const SEED = Number(process.env['CONFORMANCE_SEED'] ?? Date.now() % 2 ** 31);

describe.skipIf(inject('otelcol') === '')('the OpenTelemetry Collector and packages/collector', () => {
  let theirs: TheirSide;
  let ours: OurSide;

  beforeAll(async () => {
    [ours, theirs] = await Promise.all([startOurs(), startTheirs(inject('otelcol'))]);
  });
  afterAll(() => Promise.all([ours?.stop(), theirs?.stop()]));

  test('store the same rows', async () => {
    console.log(`fuzz seed ${SEED}; CONFORMANCE_SEED=${SEED} sends the same bodies again`);
    const bodies = corpus(SEED);
    await Promise.all([sendToOurs(ours, bodies), sendToTheirs(theirs, bodies)]);
    await Promise.all([ours.settled(), theirs.settled()]);
    const { rows, tables, unreached, differences } = await compareStores(
      ours.store.clients,
      theirs.store.clients,
    );
    await report(inject('report'), `bodies sent ${bodies.length}, fuzz seed ${SEED}`);
    await report(
      inject('report'),
      `rows compared ${rows}, tables compared ${tables}, differences: ${differences.length}`,
    );
    // A few are enough to see what is wrong, and a schema's fault would show in every row.
    expect(differences.slice(0, 20).map((text) => text.slice(0, 2000))).toEqual([]);
    expect(unreached).toEqual([]);
    expect(rows).toBeGreaterThan(1000);
  });
});

async function sendToOurs({ url }: OurSide, bodies: readonly Body[]): Promise<void> {
  for (const body of bodies) {
    const { status, text } = await sendHttp(url, KEY, body);
    expect(`${body.name}: ${status} ${status === 200 ? '' : text}`).toBe(`${body.name}: 200 `);
  }
}

/** Half over gRPC, which knows no JSON: a body goes one way only, so that neither can hide what the other loses. */
async function sendToTheirs({ otelcol }: TheirSide, bodies: readonly Body[]): Promise<void> {
  const sent = { http: 0, grpc: 0 };
  for (const [index, body] of bodies.entries()) {
    const protocol = index % 2 === 0 && body.type !== 'application/json' ? 'grpc' : 'http';
    const { status, text } =
      protocol === 'grpc'
        ? await sendGrpc(otelcol.grpcUrl, { authorization: `Bearer ${KEY}` }, body.bytes)
        : await sendHttp(otelcol.httpUrl, KEY, body);
    const good = protocol === 'grpc' ? 0 : 200;
    expect(`${body.name}: ${status} ${status === good ? '' : text}`).toBe(`${body.name}: ${good} `);
    sent[protocol]++;
  }
  expect(Math.min(sent.http, sent.grpc)).toBeGreaterThan(50);
}
