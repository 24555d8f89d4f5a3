import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Body, corpus } from './corpus/corpus.ts';
import { compareStores } from './support/compare.ts';
import { report } from './support/report.ts';
import { KEY, type OurSide, startOurs, startTheirs, type TheirSide } from './support/rig.ts';
import { type Answer, sendGrpc, sendHttp } from './support/send.ts';

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

const sendToOurs = ({ url }: OurSide, bodies: readonly Body[]) =>
  each(bodies, async (body) => accepted(body, await sendHttp(url, KEY, body), 200));

/** Half over gRPC, which knows no JSON: a body goes one way only, so that neither can hide what the other loses. */
const sendToTheirs = ({ otelcol }: TheirSide, bodies: readonly Body[]) =>
  each(bodies, async (body, index) => {
    if (index % 2 === 1 || body.type === 'application/json')
      return accepted(body, await sendHttp(otelcol.httpUrl, KEY, body), 200);
    const metadata = { authorization: `Bearer ${KEY}` };
    accepted(body, await sendGrpc(otelcol.grpcUrl, metadata, body.bytes), 0);
  });

function accepted({ name }: Body, { status, text }: Answer, good: number): void {
  expect(`${name}: ${status} ${status === good ? '' : text}`).toBe(`${name}: ${good} `);
}

/** A few at a time, as from several processes. */
async function each<T>(items: readonly T[], send: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = items.entries();
  const sender = async () => {
    for (const [index, item] of queue) await send(item, index);
  };
  await Promise.all([sender(), sender(), sender(), sender()]);
}
