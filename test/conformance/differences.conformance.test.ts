import { TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { NOON, spanId, traceId } from './corpus/ids.ts';
import { rowsOf } from './support/compare.ts';
import { encodeRequest, type SpanSpec } from './support/otlp.ts';
import { startOurs, startTheirs, type TheirSide, waitForRows } from './support/rig.ts';
import { sendHttp } from './support/send.ts';

const key = `tgk_${'5'.repeat(24)}_${'6'.repeat(64)}`;
const bound = { key, principal: 'bound-agent', workflows: ['triage'] };

const span = (name: string, more: Partial<SpanSpec> = {}): SpanSpec => ({
  traceId: traceId('differences'),
  spanId: spanId(name),
  name,
  start: NOON,
  end: NOON + 1n,
  ...more,
});
const body = (...spans: SpanSpec[]) => encodeRequest([{ scopes: [{ spans }] }]);

/** README.md of collector-config lists these; whoever makes one go away will hear of it here. */
describe.skipIf(inject('otelcol') === '')(
  'known differences: packages/collector, the OpenTelemetry Collector',
  () => {
    let theirs: TheirSide;
    let ours: Awaited<ReturnType<typeof startOurs>>;
    const both = async (request: Buffer) => [
      (await sendHttp(ours.url, key, request)).status,
      (await sendHttp(theirs.otelcol.httpUrl, key, request)).status,
    ];
    const find = async (side: 'ours' | 'theirs', table: string, matches: object) => {
      const { reader } = (side === 'ours' ? ours : theirs).store.clients;
      const rows = await rowsOf(reader, table);
      return rows.filter((row) => Object.entries(matches).every(([column, value]) => row[column] === value));
    };

    beforeAll(async () => {
      [ours, theirs] = await Promise.all([startOurs([bound]), startTheirs(inject('otelcol'), [bound])]);
    });
    afterAll(() => Promise.all([ours?.stop(), theirs?.stop()]));

    test('an id of wrong length: that span into the quarantine, the whole body refused', async () => {
      expect(await both(body(span('beside'), span('short', { traceId: 'abcd' })))).toEqual([200, 400]);
      expect(await find('ours', 'spans', { name: '"beside"' })).toHaveLength(1);
      expect(await find('ours', 'quarantine', { reason: '"bad_trace_id"' })).toHaveLength(1);
    });

    test('torn bytes are refused by both', async () => {
      expect(await both(body(span('torn')).subarray(0, 20))).toEqual([400, 400]);
    });

    test('text that is not UTF-8, a workflow that is not the key’s, a principal in a link', async () => {
      const requests = [
        body(span('text', { attributes: [['a', { string: Uint8Array.from([0x61, 0xff]) }]] })),
        body(span('foreign', { attributes: [[TOLLGATE.workflow, 'payroll']] })),
        body(
          span('link', {
            links: [
              {
                traceId: traceId('x'),
                spanId: spanId('x'),
                attributes: [
                  [TOLLGATE.principal, 'x'],
                  ['a', 'b'],
                ],
              },
            ],
          }),
        ),
      ];
      for (const request of requests) expect(await both(request)).toEqual([200, 200]);
      await waitForRows(theirs.store.clients.reader, new Map([['spans', 3]]));
      expect(await find('ours', 'quarantine', { reason: '"invalid_utf8"' })).toHaveLength(1);
      expect(await find('ours', 'quarantine', { reason: '"workflow_not_allowed"' })).toHaveLength(1);
      for (const name of ['"text"', '"foreign"', '"link"'])
        expect(await find('theirs', 'spans', { name, principal: '"bound-agent"' })).toHaveLength(1);
      const id = spanId('link').toUpperCase();
      expect(await find('ours', 'span_content', { span_id: id })).toMatchObject([
        { link_attributes: '[{"a":"b"}]' },
      ]);
      expect(await find('theirs', 'span_content', { span_id: id })).toMatchObject([
        { link_attributes: '[{"a":"b","tollgate.principal":"x"}]' },
      ]);
    });
  },
);
