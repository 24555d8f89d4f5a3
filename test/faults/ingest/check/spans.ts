import type { SpanEntry } from '../play/account.ts';
import type { Check, SessionFacts, Violation } from './rules.ts';

/** Facts that are stored as spans, by the id under which they are found. */
function storedById({ account }: SessionFacts): Map<string, SpanEntry[]> {
  const entries = [...account.spans.values()].filter(({ fact }) => fact.fate.kind === 'stored');
  return Map.groupBy(entries, ({ fact }) => fact.id);
}

/** How many rows an id may have: of versions that were acknowledged at least, of those that were sent at most. */
const bounds = (entries: readonly SpanEntry[]) => ({
  least: entries.filter(({ acknowledged }) => acknowledged).length,
  most: entries.length,
});

export const nothingMissing: Check = (facts) => {
  const { spans, content, toolCalls, reports } = facts.stored;
  const absent = facts.account.absent.map(
    (ids): Violation => ({
      rule: 'nothing_missing',
      what: `acknowledged as stored, and not there at that moment: ${ids}`,
    }),
  );
  const missing = [...storedById(facts)].flatMap(([id, entries]): Violation[] => {
    const { least } = bounds(entries);
    const marks = content.get(id)?.filter((mark) => mark === id).length ?? 0;
    const is = (of: 'toolCall' | 'report') =>
      entries.some(({ fact, acknowledged }) => acknowledged && fact.fate.kind === 'stored' && fact.fate[of]);
    const tables = [
      ...((spans.get(id) ?? 0) < least ? ['spans'] : []),
      ...(marks < least ? ['span_content'] : []),
      ...(is('toolCall') && !toolCalls.has(id) ? ['tool_calls'] : []),
      ...(is('report') && !reports.has(id) ? ['model_calls'] : []),
    ];
    if (tables.length === 0) return [];
    return [{ rule: 'nothing_missing', what: `${id} was acknowledged and is not in ${tables.join(', ')}` }];
  });
  return [...absent, ...missing];
};

export const nothingTwice: Check = (facts) => {
  const known = storedById(facts);
  const { spans, content, toolCalls, reports } = facts.stored;
  const tables = { spans, span_content: counted(content), tool_calls: toolCalls, model_calls: reports };
  return Object.entries(tables).flatMap(([table, rows]) =>
    [...rows].flatMap(([id, count]): Violation[] => {
      const most = known.get(id)?.length ?? 0;
      if (count <= most) return [];
      const what = most === 0 ? 'and nobody sent it' : `of ${most} versions`;
      return [{ rule: 'nothing_twice', what: `${table} has ${count} rows of ${id}, ${what}` }];
    }),
  );
};

const counted = (lists: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> =>
  new Map([...lists].map(([id, values]) => [id, values.length]));

/** Copies that clients sent are for the keys to catch, at every read; a collector must not add any of its own. */
export const insertedOnce: Check = ({ account, repeats }) =>
  [...account.spans.values()]
    .filter(({ fact, sent, acknowledged }) => sent === 1 && acknowledged && repeats.has(fact.id))
    // A version of an id that has another has two rows by right.
    .filter(({ fact }) => !account.spans.has(`${fact.id} changed`) && fact.key === fact.id)
    .map(({ fact }) => ({
      rule: 'inserted_once',
      what: `${fact.id} was sent once and has several rows:${repeats.get(fact.id)}`,
    }));

export const changesKept: Check = (facts) => {
  const { conflicts } = facts.stored;
  const expected = [...storedById(facts)].filter(([, entries]) => bounds(entries).least > 1);
  const missing = expected
    .filter(([id]) => !conflicts.has(id))
    .map(([id]) => `${id} came with two contents and is not listed`);
  const versions = storedById(facts);
  const wrong = [...conflicts]
    .filter((id) => (versions.get(id)?.length ?? 0) < 2)
    .map((id) => `${id} is listed, and always came with the same content`);
  return [...missing, ...wrong].map((what) => ({ rule: 'changes_kept', what }));
};
