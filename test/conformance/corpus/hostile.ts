import { TOLLGATE } from '@tollgate/contract';
import type { Attributes, ResourceSpec, SpanSpec } from '../support/otlp.ts';
import { NOON, SECOND, spanId, traceId, uuid } from './ids.ts';

const base = (name: string): SpanSpec => ({
  traceId: traceId('hostile'),
  spanId: spanId(name),
  name,
  start: NOON,
  end: NOON + SECOND,
});
const claims = (...attributes: Attributes): Pick<SpanSpec, 'attributes'> => ({ attributes });
const INJECTION = `x', '') FORMAT Null; DROP TABLE tollgate.spans; --\n\nDROP TABLE spans\\`;

/** Spans that lie, overflow, or aim at what reads them. */
const SPANS: readonly SpanSpec[] = [
  {
    ...base(INJECTION),
    ...claims([INJECTION, INJECTION], [TOLLGATE.workflow, INJECTION]),
    traceState: INJECTION,
  },
  { ...base('claims a principal'), ...claims([TOLLGATE.principal, 'admin'], [TOLLGATE.principal, 'root']) },
  {
    ...base('claims a principal in an event'),
    events: [{ time: NOON, name: 'e', attributes: [[TOLLGATE.principal, 'admin']] }],
  },
  { ...base('a run id that is none'), ...claims([TOLLGATE.runId, 'not-a-uuid']) },
  { ...base('a run id in capitals'), ...claims([TOLLGATE.runId, uuid('x').toUpperCase()]) },
  { ...base('a record that is none'), ...claims([TOLLGATE.runId, uuid('h')], [TOLLGATE.record, '{"kind":']) },
  {
    ...base('a record with wrong types'),
    ...claims(
      [TOLLGATE.runId, uuid('h')],
      [
        TOLLGATE.record,
        '{"kind":"gate_decided","seq":-1,"time":"99999999999999999999","writer":7,"action_class":9}',
      ],
    ),
  },
  {
    ...base('a record of a service'),
    ...claims([TOLLGATE.record, '{"kind":"approval_decided","actor":"alice","verdict":"allow"}']),
  },
  {
    ...base('many attributes'),
    attributes: Array.from({ length: 3000 }, (_, i): [string, string] => [`k${i}`, 'v']),
  },
  { ...base('all zero ids'), traceId: '0'.repeat(32), spanId: '0'.repeat(16) },
  { ...base('no span id'), spanId: '0'.repeat(16) },
  { ...base('1970'), start: 0n, end: 0n },
  { ...base('before 2015'), start: 1_300_000_000n * SECOND, end: 1_300_000_001n * SECOND },
  { ...base('the year 2100'), start: 4_102_444_800n * SECOND, end: 4_102_444_801n * SECOND },
  { ...base('the year 2262'), start: 2n ** 63n - 1n, end: 2n ** 63n - 1n },
  { ...base('ends before it starts'), start: NOON, end: NOON - SECOND },
  { ...base('lasts for centuries'), start: NOON, end: 2n ** 64n - 1n },
];

/** Times that no table can hold, as span and as event: the year 2262 and later wrap in 64 signed bits. */
const WRAPPED: readonly SpanSpec[] = [2n ** 63n, 2n ** 63n + 2n ** 61n, 2n ** 64n - 1n].flatMap((time) => [
  { ...base(`starts at ${time}`), start: time, end: time },
  { ...base(`an event at ${time}`), events: [{ time, name: 'late' }] },
]);

export function hostile(): ResourceSpec[] {
  const resource: Attributes = [
    [TOLLGATE.principal, 'admin'],
    ['service.name', INJECTION],
    [TOLLGATE.principal, { array: [{ string: 'root' }] }],
  ];
  return [
    { resource, scopes: [{ name: INJECTION, version: INJECTION, spans: SPANS }] },
    { resource, scopes: [{ name: 'times', spans: WRAPPED }] },
  ];
}

/** One id, three contents; and the first of them again. */
export function conflicting(): ResourceSpec[][] {
  const version = (text: string): ResourceSpec[] => [
    {
      resource: [['service.name', 'conflicting']],
      scopes: [{ spans: [{ ...base('conflict'), traceId: traceId('conflict'), ...claims(['a', text]) }] }],
    },
  ];
  return [version('one'), version('two'), version('three'), version('one')];
}
