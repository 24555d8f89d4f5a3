import { expect, test } from 'vitest';
import { checkSession } from './ingest/check/check-session.ts';
import type { Rule, SessionFacts } from './ingest/check/rules.ts';
import type { StoredFacts } from './ingest/check/stored-facts.ts';
import { ingestOptionsOf } from './ingest/options.ts';
import { type Blow, makeStrikes, type Strike } from './ingest/plan/strikes.ts';
import type { Sabotaged } from './ingest/play/house.ts';
import { balanceOf } from './ingest/play/scraper.ts';
import { playSession } from './ingest/session.ts';

test('a few strikes: nothing that was acknowledged is missing, nothing counts twice; and every forgery of that is found', {
  timeout: 300_000,
}, async () => {
  const { facts, violations, strikes, account } = await playSession({ seed: 11, seconds: 10 });
  expect(violations).toEqual([]);
  expect(Object.values(strikes).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1);
  expect(account.answers['200']).toBeGreaterThan(0);
  for (const [name, { forged, rules }] of Object.entries(forgeriesOf(facts)))
    expect([...new Set(checkSession(forged).map(({ rule }) => rule))].sort(), name).toEqual(rules);
});

/** Facts of a session without a flaw, each changed in one place; and every rule that has to notice. */
function forgeriesOf(facts: SessionFacts): Record<string, { forged: SessionFacts; rules: Rule[] }> {
  const { stored } = facts;
  const change = (changed: Partial<StoredFacts>): SessionFacts => ({
    ...facts,
    stored: { ...stored, ...changed },
  });
  const entries = [...facts.account.spans.values()].filter(({ acknowledged }) => acknowledged);
  const plain = idOf(entries.find(({ fact }) => fact.spec.name === 'GET /tickets' && fact.key === fact.id));
  const tool = [...stored.toolCalls.keys()][0] ?? '';
  const record = [...stored.records.keys()][0] ?? '';
  const [trace, sum] = [...stored.calls].find(([, { cost }]) => cost > 0n) ?? [];
  const once = idOf(entries.find(({ sent, fact }) => sent === 1 && fact.key === fact.id));
  const [bad, ...others] = stored.quarantine;
  if (trace === undefined || sum === undefined || bad === undefined) throw new Error('too little was sent');
  const scrape = { accepted: 2, stored: 1, duplicate: 0, quarantined: 0, inLog: 0 };
  return {
    'a span is gone': {
      forged: change({ spans: without(stored.spans, plain) }),
      rules: ['nothing_missing'],
    },
    'a span came later than its answer': {
      forged: { ...facts, account: { ...facts.account, absent: [plain] } },
      rules: ['nothing_missing'],
    },
    'its content is gone': {
      forged: change({ content: without(stored.content, plain) }),
      rules: ['nothing_missing'],
    },
    'a tool call is gone': {
      forged: change({ toolCalls: without(stored.toolCalls, tool) }),
      rules: ['nothing_missing'],
    },
    'a span is there twice': {
      forged: change({ spans: new Map(stored.spans).set(plain, 9) }),
      rules: ['nothing_twice'],
    },
    'a span that nobody sent': {
      forged: change({ spans: new Map(stored.spans).set('00 00', 1) }),
      rules: ['nothing_twice'],
    },
    'a collector inserted twice': {
      forged: { ...facts, deaths: [2, 5], repeats: [{ id: once, table: 'spans', received: [1, 3, 4] }] },
      rules: ['inserted_once'],
    },
    'ClickHouse forgot a token when it was killed': {
      forged: { ...facts, deaths: [2, 5], repeats: [{ id: once, table: 'spans', received: [1, 3, 6] }] },
      rules: [],
    },
    'a cost is off by the smallest unit': {
      forged: change({ calls: new Map(stored.calls).set(trace, { ...sum, cost: sum.cost + 1n }) }),
      rules: ['calls_counted'],
    },
    'a trace without its calls': {
      forged: change({ calls: without(stored.calls, trace) }),
      rules: ['calls_counted'],
    },
    'more was counted for a moment': {
      forged: { ...facts, overcounted: new Set([trace]) },
      rules: ['calls_counted'],
    },
    'a record of other bytes': {
      forged: change({ records: new Map(stored.records).set(record, ['{}']) }),
      rules: ['evidence_whole'],
    },
    'a record is gone': {
      forged: change({ records: without(stored.records, record) }),
      rules: ['evidence_whole'],
    },
    'a quarantined span is gone': {
      forged: change({ quarantine: others }),
      rules: ['quarantined'],
    },
    'a quarantined span is there twice': {
      forged: change({ quarantine: [bad, bad, ...others] }),
      rules: ['quarantined'],
    },
    'quarantined for another reason': {
      forged: change({ quarantine: [{ ...bad, reason: 'of_no_account' }, ...others] }),
      rules: ['quarantined'],
    },
    'a conflict that is none': {
      forged: change({ conflicts: new Set([...stored.conflicts, once]) }),
      rules: ['changes_kept'],
    },
    'a scrape that does not add up': {
      forged: { ...facts, unbalanced: [{ collector: 'a', life: 1, ...scrape }] },
      rules: ['balance'],
    },
    'a collector that stayed away': {
      forged: { ...facts, trouble: ['collector a did not start again'] },
      rules: ['recovers'],
    },
    'an answer that nobody can act on': {
      forged: { ...facts, account: { ...facts.account, wrongAnswers: ['collector a answered 500'] } },
      rules: ['answers_right'],
    },
  };
}

const idOf = (entry: { readonly fact: { readonly id: string } } | undefined): string => {
  if (entry === undefined) throw new Error('too little was sent');
  return entry.fact.id;
};

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  return new Map([...map].filter(([other]) => other !== key));
}

interface Planted {
  readonly sabotage: Sabotaged;
  readonly strikes: readonly Strike[];
  readonly found: readonly Rule[];
}

const KILL_A: Blow = { kind: 'kill_collector', collectors: ['a'], downMs: 0, damage: 'none' };

const PLANTED: Readonly<Record<string, Planted>> = {
  'one acknowledges before it logs, and is killed': {
    sabotage: { a: ['acknowledges_early'] },
    strikes: Array.from({ length: 20 }, () => ({ afterMs: 1_200, blow: KILL_A })),
    found: ['nothing_missing'],
  },
  'one acknowledges before it stores, and lives': {
    sabotage: { b: ['acknowledges_early'] },
    strikes: [],
    found: ['nothing_missing'],
  },
  'one counts again and cooks its metrics, one inserts without tokens, forgets bodies and loses its quarantine':
    {
      sabotage: {
        a: ['counts_again', 'cooks_metrics'],
        b: ['no_tokens', 'forgets_bodies', 'loses_quarantine'],
      },
      strikes: [],
      found: [
        ...(['nothing_missing', 'nothing_twice', 'inserted_once', 'calls_counted'] as const),
        ...(['evidence_whole', 'quarantined', 'balance'] as const),
      ],
    },
};

test.each(Object.entries(PLANTED))(
  'what is planted is found: %s',
  { timeout: 300_000 },
  async (_, planted) => {
    const { sabotage, strikes, found } = planted;
    const { violations } = await playSession({ seed: 12, seconds: 8, sabotage, strikes });
    expect([...new Set(violations.map(({ rule }) => rule))]).toEqual(expect.arrayContaining([...found]));
  },
);

test('a scrape is read over all labels, and without a log', () => {
  const text = [
    'tollgate_collector_spans_accepted_total 10',
    'tollgate_collector_spans_stored_total 5',
    'tollgate_collector_spans_duplicate_total 1',
    'tollgate_collector_spans_quarantined_total{reason="bad_trace_id"} 1',
    'tollgate_collector_spans_quarantined_total{reason="bad_span_id"} 2',
  ].join('\n');
  expect(balanceOf(text)).toEqual({ accepted: 10, stored: 5, duplicate: 1, quarantined: 3, inLog: 0 });
  expect(balanceOf(`${text}\ntollgate_collector_log_spans 1`).inLog).toBe(1);
});

test('arguments that are not known are refused, and a seed plans the same strikes again', () => {
  expect(ingestOptionsOf(['ingest', '--seed', '7', '--minutes', '2'])).toEqual({
    seed: 7,
    seconds: 120,
    json: false,
  });
  expect(ingestOptionsOf(['ingest', '--help'])).toBe('help');
  for (const wrong of [
    ['ingest', 'gate'],
    ['ingest', '--fast'],
    ['ingest', '--minutes', '0'],
    ['ingest', '--quick', '--minutes', '2'],
    ['ingest', '--seed', '-1'],
  ])
    expect(() => ingestOptionsOf(wrong), wrong.join(' ')).toThrow();
  expect(makeStrikes(7)).toEqual(makeStrikes(7));
  expect(makeStrikes(7)).not.toEqual(makeStrikes(8));
});
