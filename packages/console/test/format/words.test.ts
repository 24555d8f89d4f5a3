import {
  APPROVAL_STATES,
  BUDGET_PERIODS,
  CONTENT_CAPTURES,
  CONTROL_RULES,
  ENFORCEMENTS,
  FACT_ORIGINS,
  FINAL_STATUSES,
  FLAG_STATES,
  OUTCOMES,
  REASON_CODES,
  RECORD_KINDS,
  REVIEW_VERDICTS,
  VERDICTS,
} from '@tollgate/contract';
import { expect, test } from 'vitest';
import { controlText, kindText, label, limitText } from '../../src/browser/format/names.ts';
import { lookOf, type Vocabulary } from '../../src/browser/format/words.ts';
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
  ['origin', FACT_ORIGINS],
  ['capture', CONTENT_CAPTURES],
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

test.each([
  ['kind of record', RECORD_KINDS, kindText],
  ['control', Object.keys(CONTROL_RULES), controlText],
  ['limit', BUDGET_PERIODS, limitText],
  ['reason', REASON_CODES, reasonText],
])('every %s has a name of its own, and none is shown as a code', (_, words, text) => {
  const texts = words.map((word) => text(word));
  expect(new Set(texts).size).toBe(words.length);
  for (const one of texts) expect(one).not.toMatch(/_/);
});

test('a key is a label without its unit', () => {
  expect(label('rollback_note')).toBe('Rollback note');
  expect(label('spent_usd')).toBe('Spent');
  expect(label('limit')).not.toBe(label('limit_usd'));
  expect(label('constructor')).toBe('Constructor');
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
