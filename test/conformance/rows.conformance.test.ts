import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Body, corpus } from './corpus/corpus.ts';
import { compareStores } from './support/compare.ts';
import { countAll, KEY, startOurs, startTheirs, type TheirSide, waitForRows } from './support/rig.ts';
import { sendHttp } from './support/send.ts';

const SEED = 20250601;

describe.skipIf(inject('otelcol') === '')('the OpenTelemetry Collector and packages/collector', () => {
  let theirs: TheirSide;
  let ours: Awaited<ReturnType<typeof startOurs>>;

  beforeAll(async () => {
    [ours, theirs] = await Promise.all([startOurs(), startTheirs(inject('otelcol'))]);
  });
  afterAll(() => Promise.all([ours?.stop(), theirs?.stop()]));

  test('store the same rows', async () => {
    const bodies = corpus(SEED);
    await sendAll(ours.url, bodies);
    await sendAll(theirs.otelcol.httpUrl, bodies);
    const [left, right] = [ours.store.clients.reader, theirs.store.clients.reader];
    await waitForRows(right, await countAll(left));
    const { rows, tables, differences } = await compareStores(left, right);
    console.log(
      `conformance: requests ${bodies.length}, rows compared ${rows}, tables compared ${tables}, differences: ${differences.length}`,
    );
    // A few are enough to see what is wrong, and a schema's fault would show in every row.
    expect(differences.slice(0, 20).map((text) => text.slice(0, 2000))).toEqual([]);
    expect(rows).toBeGreaterThan(1000);
  });
});

async function sendAll(url: string, bodies: readonly Body[]): Promise<void> {
  for (const { name, body } of bodies) {
    const { status, text } = await sendHttp(url, KEY, body);
    expect(`${name}: ${status} ${status === 200 ? '' : text}`).toBe(`${name}: 200 `);
  }
}
