import type { SpanEntry } from '../play/account.ts';
import type { Check, SessionFacts, Violation } from './rules.ts';
import type { Repeat } from './stored-facts.ts';

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

/**
 * Copies that clients sent are for the keys to catch, at every read; a collector must not add any of its own. But ClickHouse may forget a
 * token that it had already stored under when it is killed at that moment: then the same insert, sent again, leaves a second row.
 */
export const insertedOnce: Check = (facts) =>
  insertedAgain(facts)
    .filter((repeat) => !acrossADeath(repeat, facts.deaths))
    .map(({ id, table, received }) => ({
      rule: 'inserted_once',
      what: `${id} was sent once, and ${table} received it at ${received.map((at) => new Date(at).toISOString()).join(' and ')}`,
    }));

/** Of what was sent once and acknowledged, as it was: an id with another version has two rows by right. */
function insertedAgain({ account, repeats }: SessionFacts): readonly Repeat[] {
  return repeats.filter(({ id }) => {
    const entry = account.spans.get(id);
    return entry?.sent === 1 && entry.acknowledged && !account.spans.has(`${id} changed`);
  });
}

const acrossADeath = ({ received }: Repeat, deaths: readonly number[]): boolean =>
  received.every((at, nth) => {
    const before = received[nth - 1];
    return before === undefined || deaths.some((death) => before < death && death < at);
  });

/** Spans of which ClickHouse forgot, when it was killed, that it had them: one row at every read all the same. */
export function forgottenByClickHouse(facts: SessionFacts): number {
  const across = insertedAgain(facts).filter((repeat) => acrossADeath(repeat, facts.deaths));
  return new Set(across.map(({ id }) => id)).size;
}

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
