import { canonicalJson, TOLLGATE } from '@tollgate/contract';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { NOON, spanId, traceId } from './corpus/ids.ts';
import { rowsOf } from './support/compare.ts';
import { type Attributes, encodeRequest } from './support/otlp.ts';
import { type OurSide, startOurs, startTheirs, type TheirSide } from './support/rig.ts';
import { sendGrpc, sendHttp } from './support/send.ts';

const key = `tgk_${'7'.repeat(24)}_${'8'.repeat(64)}`;
const keys = [{ key, principal: 'bound-agent', workflows: ['triage', 'billing'] }];

const CASES: Readonly<Record<string, { span?: Attributes; resource?: Attributes; place: string }>> = {
  'no workflow': { place: 'span' },
  'its workflow': { span: [[TOLLGATE.workflow, 'billing']], place: 'span' },
  'a record of it': {
    span: [[TOLLGATE.record, canonicalJson({ a: 1, workflow: 'triage' })]],
    place: 'span',
  },
  'another workflow': { span: [[TOLLGATE.workflow, 'payroll']], place: 'workflow_not_allowed' },
  'another one, later': {
    span: [
      [TOLLGATE.workflow, 'triage'],
      [TOLLGATE.workflow, 'payroll'],
    ],
    place: 'workflow_not_allowed',
  },
  'another one in a list': {
    span: [[TOLLGATE.workflow, { array: [{ string: 'triage' }, { string: 'payroll' }] }]],
    place: 'workflow_not_allowed',
  },
  'another one on the resource': {
    resource: [[TOLLGATE.workflow, 'payroll']],
    place: 'workflow_not_allowed',
  },
  'a record of another one': {
    span: [[TOLLGATE.record, canonicalJson({ workflow: 'payroll' })]],
    place: 'workflow_not_allowed',
  },
  'a record of two': {
    span: [[TOLLGATE.record, '{"workflow":"triage","workflow":"payroll"}']],
    place: 'workflow_not_allowed',
  },
  // What the key is bound to, the key says: whatever a sender writes there goes no further.
  'a binding of its own making': {
    span: [
      [TOLLGATE.workflow, 'payroll'],
      [TOLLGATE.principalWorkflows, '["payroll"]'],
    ],
    resource: [
      [TOLLGATE.principalWorkflows, '["payroll"]'],
      [TOLLGATE.principalWorkflows, { array: [{ string: 'payroll' }] }],
    ],
    place: 'workflow_not_allowed',
  },
};

const request = (name: string, { span = [], resource = [] }: { span?: Attributes; resource?: Attributes }) =>
  encodeRequest([
    {
      resource,
      scopes: [
        {
          spans: [
            {
              traceId: traceId(name),
              spanId: spanId(name),
              name,
              start: NOON,
              end: NOON + 1n,
              attributes: span,
              events: [{ time: NOON, name: 'e', attributes: span }],
            },
          ],
        },
      ],
    },
  ]);

describe.skipIf(inject('otelcol') === '')('a key that is bound to workflows, in both collectors', () => {
  let theirs: TheirSide;
  let ours: OurSide;

  beforeAll(async () => {
    [ours, theirs] = await Promise.all([startOurs({ keys }), startTheirs(inject('otelcol'), { keys })]);
  });
  afterAll(() => Promise.all([ours?.stop(), theirs?.stop()]));

  test('speaks for those alone, over either protocol', async () => {
    const { httpUrl, grpcUrl } = theirs.otelcol;
    const metadata = { authorization: `Bearer ${key}` };
    for (const [name, said] of Object.entries(CASES)) {
      expect(await sendHttp(ours.url, key, request(name, said))).toMatchObject({ status: 200 });
      expect(await sendHttp(httpUrl, key, request(name, said))).toMatchObject({ status: 200 });
      const again = request(`${name}, by gRPC`, said);
      expect(await sendGrpc(grpcUrl, metadata, again)).toMatchObject({ status: 0 });
    }
    await Promise.all([ours.settled(), theirs.settled()]);
    const [left, right] = await Promise.all([places(ours), places(theirs)]);
    for (const [name, { place }] of Object.entries(CASES)) {
      expect([name, left.get(traceId(name))]).toEqual([name, place]);
      expect([name, right.get(traceId(name))]).toEqual([name, place]);
      expect([name, right.get(traceId(`${name}, by gRPC`))]).toEqual([name, place]);
    }
  });

  test('is named in no row', async () => {
    for (const table of ['spans', 'span_content', 'quarantine'])
      expect(JSON.stringify(await rowsOf(theirs.store.clients.reader, table))).not.toContain(
        TOLLGATE.principalWorkflows,
      );
  });
});

/** Trace id → 'span', or why it is in the quarantine; one span a trace. */
async function places({ store }: Pick<TheirSide, 'store'>): Promise<Map<string, string>> {
  const { reader } = store.clients;
  const places = new Map<string, string>();
  for (const row of await rowsOf(reader, 'quarantine'))
    places.set(text(row['trace_id']), text(row['reason']));
  for (const row of await rowsOf(reader, 'spans')) places.set((row['trace_id'] ?? '').toLowerCase(), 'span');
  return places;
}

const text = (json = '""'): string => String(JSON.parse(json));
