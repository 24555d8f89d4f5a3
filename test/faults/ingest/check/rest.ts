import type { SpanEntry } from '../play/account.ts';
import type { Check, SessionFacts, Violation } from './rules.ts';
import type { QuarantinedRow } from './stored-facts.ts';

export const evidenceWhole: Check = ({ account, stored }) => {
  const found = new Set<string>();
  const wrong = [...account.spans.values()].flatMap(({ fact, acknowledged }): string[] => {
    if (fact.fate.kind !== 'stored' || fact.fate.record === undefined) return [];
    found.add(fact.id);
    const records = stored.records.get(fact.id) ?? [];
    if (records.length === 0 && !acknowledged) return [];
    if (records.length === 1 && records[0] === fact.fate.record) return [];
    return [`the record of ${fact.id} is there ${records.length} times, or changed`];
  });
  const alien = [...stored.records.keys()].filter((id) => !found.has(id));
  return [...wrong, ...alien.map((id) => `nobody sent the record of ${id}`)].map((what) => ({
    rule: 'evidence_whole',
    what,
  }));
};

export const quarantined: Check = (facts) => {
  const rest = [...facts.stored.quarantine];
  const wrong = badSpans(facts).flatMap(({ fact, acknowledged }): string[] => {
    if (fact.fate.kind !== 'quarantined') return [];
    const { reason, mark } = fact.fate;
    const rows = takeRows(rest, mark);
    if (rows.length === 0 && !acknowledged) return [];
    if (rows.length === 1 && rows[0]?.reason === reason) return [];
    const reasons = rows.map((row) => row.reason).join(', ') || 'nowhere';
    return [`${fact.id} belongs into quarantine once for ${reason} and is there: ${reasons}`];
  });
  const alien = rest.map(
    ({ reason, spanId }) => `a row for ${reason} (${spanId}) stands for no span that was sent`,
  );
  return [...wrong, ...alien].map((what): Violation => ({ rule: 'quarantined', what }));
};

const badSpans = ({ account }: SessionFacts): SpanEntry[] =>
  [...account.spans.values()].filter(({ fact }) => fact.fate.kind === 'quarantined');

/** Removes from `rows` those that stand for the span with this mark. */
function takeRows(rows: QuarantinedRow[], mark: string): QuarantinedRow[] {
  const taken = rows.filter(({ spanId, raw }) => spanId === mark || raw.includes(mark));
  for (const row of taken) rows.splice(rows.indexOf(row), 1);
  return taken;
}

export const answersRight: Check = ({ account }) =>
  account.wrongAnswers.map((what) => ({ rule: 'answers_right', what }));

export const balanced: Check = ({ unbalanced }) =>
  unbalanced.map(({ collector, life, accepted, stored, duplicate, quarantined: bad, inLog }) => ({
    rule: 'balance',
    what: `collector ${collector}, process ${life}: ${accepted} accepted, ${stored} stored + ${duplicate} duplicates + ${bad} quarantined + ${inLog} in the log`,
  }));

export const recovers: Check = ({ trouble }) => trouble.map((what) => ({ rule: 'recovers', what }));
