import { TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { NOON, spanId, traceId } from './corpus/ids.ts';
import { rowsOf } from './support/compare.ts';
import { encodeRequest, type SpanSpec, type Value } from './support/otlp.ts';
import { type OurSide, startOurs, startTheirs, type TheirSide } from './support/rig.ts';
import { sendHttp } from './support/send.ts';

const key = `tgk_${'5'.repeat(24)}_${'6'.repeat(64)}`;
const keys = [{ key, principal: 'bound-agent', workflows: ['triage'] }];

const span = (name: string, more: Partial<SpanSpec> = {}): SpanSpec => ({
  traceId: traceId('differences'),
  spanId: spanId(name),
  name,
  start: NOON,
  end: NOON + 1n,
  ...more,
});
const body = (...spans: SpanSpec[]) => encodeRequest([{ scopes: [{ spans }] }]);

const nested = (depth: number): Value =>
  depth === 0 ? { string: 'bottom' } : { array: [nested(depth - 1)] };

/** README.md of collector-config lists these; whoever makes one go away will hear of it here. */
describe.skipIf(inject('otelcol') === '')(
  'known differences: packages/collector, the OpenTelemetry Collector',
  () => {
    let theirs: TheirSide;
    let ours: OurSide;
    const both = async (request: Buffer) => [
      await sendHttp(ours.url, key, request),
      await sendHttp(theirs.otelcol.httpUrl, key, request),
    ];
    const statuses = async (request: Buffer) => (await both(request)).map(({ status }) => status);
    const find = async (side: 'ours' | 'theirs', table: string, matches: object) => {
      const { store, settled } = side === 'ours' ? ours : theirs;
      await settled();
      const rows = await rowsOf(store.clients.reader, table);
      return rows.filter((row) => Object.entries(matches).every(([column, value]) => row[column] === value));
    };

    beforeAll(async () => {
      [ours, theirs] = await Promise.all([startOurs({ keys }), startTheirs(inject('otelcol'), { keys })]);
    });
    afterAll(() => Promise.all([ours?.stop(), theirs?.stop()]));

    test('an id of wrong length: that span into the quarantine, the whole body refused', async () => {
      expect(await statuses(body(span('beside'), span('short', { traceId: 'abcd' })))).toEqual([200, 400]);
      expect(await find('ours', 'spans', { name: '"beside"' })).toHaveLength(1);
      expect(await find('ours', 'quarantine', { reason: '"bad_trace_id"' })).toHaveLength(1);
      expect(await find('theirs', 'spans', { name: '"beside"' })).toEqual([]);
    });

    test('torn bytes are refused by both', async () => {
      expect(await statuses(body(span('torn')).subarray(0, 20))).toEqual([400, 400]);
    });

    test('text that is not UTF-8 is quarantined by both; the bytes of the span are kept, or its row', async () => {
      const request = body(
        span('text', { attributes: [['a', { string: Uint8Array.from([0x61, 0xff]) }]] }),
        span('nested text', {
          attributes: [['a', { array: [{ string: Uint8Array.from([0x61, 0xff]) }] }]],
        }),
      );
      expect(await statuses(request)).toEqual([200, 200]);
      expect(await find('ours', 'quarantine', { reason: '"invalid_utf8"' })).toHaveLength(2);
      expect(await find('theirs', 'quarantine', { reason: '"invalid_utf8"' })).toHaveLength(1);
      // Go makes valid text of it where it writes nested values as JSON.
      expect(await find('theirs', 'spans', { name: '"nested text"' })).toHaveLength(1);
    });

    test('nesting beyond a hundred levels: quarantined, stored', async () => {
      const deep = span('deep', { attributes: [['a', nested(1000)]] });
      expect(await statuses(body(deep))).toEqual([200, 200]);
      expect(await find('ours', 'quarantine', { reason: '"nesting_too_deep"' })).toHaveLength(1);
      expect(await find('theirs', 'spans', { name: '"deep"' })).toHaveLength(1);
    });

    test('what was quarantined is told to the sender, or only kept', async () => {
      const answers = await both(body(span('early', { start: 0n, end: 0n })));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers[0]?.text).toContain('1 of 1 spans were quarantined: time_too_early');
      // An empty `partial_success`, which says that nothing was rejected.
      expect(answers[1]?.text).toBe('\n\u0000');
      for (const side of ['ours', 'theirs'] as const)
        expect(await find(side, 'quarantine', { reason: '"time_too_early"' })).toHaveLength(1);
    });

    test('a principal in a link: removed, kept', async () => {
      const link = {
        traceId: traceId('x'),
        spanId: spanId('x'),
        attributes: [
          [TOLLGATE.principal, 'x'],
          ['a', 'b'],
        ] as const,
      };
      expect(await statuses(body(span('link', { links: [link] })))).toEqual([200, 200]);
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
