import {
  APPROVAL_STATES,
  ENFORCEMENTS,
  FINAL_STATUSES,
  FLAG_STATES,
  OUTCOMES,
  RECORD_KINDS,
  REVIEW_VERDICTS,
  VERDICTS,
} from '@tollgate/contract';
import { expect, test } from 'vitest';
import { timelineEntry } from '../../src/browser/api/evidence-shapes.ts';
import { factOf } from '../../src/browser/format/fact.ts';
import { kindText, label, lookOf, type Vocabulary } from '../../src/browser/format/words.ts';
import { actionText, classReason } from '../../src/browser/pages/approval-class.ts';
import { parseGroups } from '../../src/browser/pages/cost-groups.ts';
import { reasonText } from '../../src/browser/pages/run/reason-text.ts';

const VOCABULARIES = [
  ['run_status', [...FINAL_STATUSES, 'unsealed']],
  ['verdict', VERDICTS],
  ['enforcement', ENFORCEMENTS],
  ['outcome', OUTCOMES],
  ['approval_state', APPROVAL_STATES],
  ['flag_state', FLAG_STATES],
  ['review_verdict', REVIEW_VERDICTS],
] as const satisfies readonly (readonly [Vocabulary, readonly string[]])[];

test.each(VOCABULARIES)('no two words of %s look alike', (vocabulary, words) => {
  const texts = words.map((word) => lookOf(vocabulary, word).text);
  expect(new Set(texts).size).toBe(words.length);
});

test('what was executed never looks like what was stopped', () => {
  for (const word of ['blocked', 'refused', 'expired', 'waiting'])
    expect(lookOf('enforcement', word).tone).not.toBe(lookOf('enforcement', 'executed').tone);
  expect(lookOf('outcome', 'unknown').tone).not.toBe(lookOf('outcome', 'succeeded').tone);
  expect(lookOf('run_status', 'unsealed').tone).not.toBe(lookOf('run_status', 'completed').tone);
});

test.each(['constructor', '__proto__', 'toString', 'a_newer_word'])(
  'an unknown word is shown as it came: %s',
  (word) => {
    expect(lookOf('run_status', word)).toEqual({ text: word.replaceAll('_', ' '), tone: 'calm' });
    expect(kindText(word)).toBe(word.replaceAll('_', ' '));
    expect(reasonText(word)).toBe(word.replaceAll('_', ' '));
  },
);

test('every kind of record has a name of its own', () => {
  expect(new Set(RECORD_KINDS.map(kindText)).size).toBe(RECORD_KINDS.length);
  expect(label('rollback_note')).toBe('Rollback note');
});

test('why a call is of class 3', () => {
  expect(classReason({ action: 'deploy', raised_by: [] })).toBe('the action deploy is of class 3');
  expect(classReason({ action: 'update_status', raised_by: ['risk:customer'] })).toBe('risk:customer');
  expect(classReason({ action: 'update_status', raised_by: [] })).toBe('not stated');
  expect(actionText('deploy')).toBe('deploy: brings a version into production');
  expect(actionText('toString')).toBe('toString');
});

test('groups of costs are those that exist, each once', () => {
  expect(parseGroups('day,workflow,day')).toEqual(['workflow', 'day']);
  expect(parseGroups('password')).toEqual(['workflow']);
});

const cited = (detail: object, content: object | null = null) =>
  factOf(timelineEntry.parse({ time: 't', kind: 'source_cited', source: 'agent', detail, content }));

test('a fact from a source names the source, an inference its model', () => {
  expect(
    cited({ origin: 'source', system: 'crm', reference: 'account/42' }, { output: 'Ends in May.' }),
  ).toEqual({
    origin: 'source',
    statement: 'Ends in May.',
    rests_on: 'crm account/42',
  });
  expect(cited({ origin: 'inference', model: 'm-1' })).toEqual({
    origin: 'inference',
    statement: null,
    rests_on: 'm-1',
  });
  expect(cited({})?.origin).toBe('not stated');
});

test('content cannot turn an inference into a source', () => {
  expect(cited({ origin: 'inference' }, { origin: 'source', system: 'crm' })?.origin).toBe('inference');
  expect(cited({}, { origin: 'source' })?.origin).toBe('not stated');
});
