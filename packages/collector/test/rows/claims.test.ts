import { canonicalJson } from '@tollgate/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEYS, post, type Running, start } from '../support/running.ts';
import { attribute, len, request, span, text } from '../support/wire.ts';

let running: Running;
beforeAll(async () => {
  running = await start();
});
afterAll(() => running.collector.close());

const send = async (key: string, body: Buffer) => {
  const { rows, quarantined } = running.store;
  const before = { rows: rows.length, quarantined: quarantined.length };
  const answer = await post(running.listening.url, body, { authorization: `Bearer ${key}` });
  return { answer, rows: rows.slice(before.rows), quarantined: quarantined.slice(before.quarantined) };
};

const claim = (workflow: string) => attribute(9, 'tollgate.workflow', text(workflow));
const record = (content: string) => attribute(9, 'tollgate.record', text(content));

test('the principal is the key’s, whatever the sender writes under that name', async () => {
  const fake = (field: number) => attribute(field, 'tollgate.principal', text('admin'));
  const event = len(11, fake(3), attribute(3, 'kept', text('1')));
  const link = len(13, fake(4));
  const body = request(
    [span('claims', fake(9), event, link)],
    [fake(1), fake(1), attribute(1, 'service.name', text('svc'))],
  );
  const { rows } = await send(KEYS.any, body);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    serviceName: 'svc',
    resourceAttributes: [
      ['service.name', 'svc'],
      ['tollgate.principal', 'platform'],
    ],
    spanAttributes: [],
    events: [{ attributes: [['kept', '1']] }],
    links: [{ attributes: [] }],
  });
});

test('a bound key speaks for its workflows and for spans without one', async () => {
  const good = record(canonicalJson({ schema: 'tollgate.record/1', workflow: 'triage' }));
  const { rows, answer } = await send(
    KEYS.triage,
    request([span('a', claim('triage')), span('b'), span('c', good)]),
  );
  expect(answer.bytes).toHaveLength(0);
  expect(rows).toHaveLength(3);
});

test.each([
  ['in its attribute', claim('deploy'), 'deploy'],
  ['in a second attribute of that name', Buffer.concat([claim('triage'), claim('deploy')]), 'deploy'],
  ['in its evidence record', record(canonicalJson({ workflow: 'deploy' })), 'deploy'],
  ['in a record that repeats the key', record('{"workflow":"deploy","workflow":"triage"}'), 'canonical'],
  [
    'in a record that escapes the key',
    record('{"work\\u0066low":"deploy","workflow":"triage"}'),
    'canonical',
  ],
  [
    'in a record that repeats it with blanks',
    record('{"workflow" :"deploy","workflow":"triage"}'),
    'canonical',
  ],
  [
    'in a record that names none of its own',
    record('{"a":{"workflow":"triage"},"work\\u0066low":"deploy"}'),
    'canonical',
  ],
  ['in a record that is not JSON', record('workflow=deploy'), 'canonical'],
  ['in a record whose workflow is no text', record('{"workflow":["deploy"]}'), 'canonical'],
])('a span that claims another workflow %s is quarantined', async (_where, claims, told) => {
  const { answer, rows, quarantined } = await send(
    KEYS.triage,
    request([span('mine', claim('triage')), span('theirs', claims)]),
  );
  expect(answer.text).toContain('1 of 2 spans were quarantined: workflow_not_allowed');
  expect(answer.text).toContain(told);
  expect(rows.map((row) => row.spanName)).toEqual(['mine']);
  expect(quarantined).toMatchObject([{ reason: 'workflow_not_allowed', principal: 'support-bot' }]);
  expect(JSON.parse(quarantined[0]?.raw ?? '')).toMatchObject({ SpanName: 'theirs' });
});

test('a claim on the resource counts as well', async () => {
  const { rows, quarantined } = await send(
    KEYS.triage,
    request([span('r')], [attribute(1, 'tollgate.workflow', text('deploy'))]),
  );
  expect(rows).toEqual([]);
  expect(quarantined).toHaveLength(1);
});

test('no attribute value lets a bound key through to another workflow', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), async (workflow) => {
      const { rows } = await send(KEYS.triage, request([span('p', claim(workflow))]));
      for (const row of rows) expect(row.spanAttributes).toEqual([['tollgate.workflow', 'triage']]);
    }),
    { numRuns: 50 },
  );
});

test('a long raw span is cut and says so', async () => {
  const { quarantined } = await send(
    KEYS.triage,
    request([span('long', claim('deploy'), attribute(9, 'k', text('"'.repeat(100_000))))]),
  );
  const raw = quarantined[0]?.raw ?? '';
  expect(Buffer.byteLength(raw)).toBeLessThanOrEqual(16 * 1024);
  expect(JSON.parse(raw)).toMatchObject({
    truncated: true,
    head: expect.stringContaining('"SpanName":"long"'),
  });
});
