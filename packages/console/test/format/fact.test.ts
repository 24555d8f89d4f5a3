import { expect, test } from 'vitest';
import { timelineEntry } from '../../src/browser/api/evidence-shapes.ts';
import { escalationOf, factOf } from '../../src/browser/format/fact.ts';

const entry = (kind: string, detail: object, content: object | null = null) =>
  timelineEntry.parse({ time: 't', kind, source: 'agent', detail, content });
const cited = (detail: object, content: object | null = null) =>
  factOf(entry('source_cited', detail, content));

test('a fact from a source names system and reference, an inference its model', () => {
  expect(
    cited({ origin: 'source', system: 'crm', reference: 'account/42' }, { output: 'Ends in May.' }),
  ).toMatchObject({
    origin: 'source',
    system: 'crm',
    reference: 'account/42',
    model: null,
    statement: { kind: 'said', text: 'Ends in May.' },
  });
  expect(cited({ origin: 'inference', model: 'm-1' })).toMatchObject({
    origin: 'inference',
    system: null,
    model: 'm-1',
    statement: { kind: 'absent' },
  });
  expect(cited({})?.origin).toBe('not stated');
});

test('content cannot turn an inference into a source', () => {
  const hostile = { origin: 'source', system: 'crm', output: 'So it is.' };
  expect(cited({ origin: 'inference' }, hostile)).toMatchObject({ origin: 'inference', system: null });
  expect(cited({}, { origin: 'source' })?.origin).toBe('not stated');
});

test('words that the workflow keeps back are told from words that are not there', () => {
  const withheld = cited({ origin: 'source' }, { redacted: { output: 'withheld' } });
  expect(withheld?.statement).toMatchObject({ kind: 'withheld', field: { redaction: 'withheld' } });
  expect(cited({ origin: 'source' }, {})?.statement).toEqual({ kind: 'absent' });
  const masked = cited({ origin: 'source' }, { output: 'IBAN [masked]', redacted: { output: 'masked' } });
  expect(masked?.statement).toMatchObject({ kind: 'said', field: { redaction: 'masked' } });
});

test('an escalation says to whom and why, and nothing else is one', () => {
  expect(escalationOf(entry('escalated', { to: 'olga@example.com' }, { output: 'They may sue.' }))).toEqual({
    at: 't',
    to: 'olga@example.com',
    why: {
      kind: 'said',
      text: 'They may sue.',
      field: { name: 'output', value: 'They may sue.', redaction: null, characters: null },
    },
  });
  expect(escalationOf(entry('escalated', {}, { output: { text: 1 } }))?.why).toMatchObject({
    text: '{"text":1}',
  });
  expect(escalationOf(entry('source_cited', { to: 'olga@example.com' }))).toBeUndefined();
});
