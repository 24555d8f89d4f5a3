import { totals, usd } from '../check/money.ts';
import { RULES, type Rule, type Violation } from '../check/rules.ts';
import { forgottenByClickHouse } from '../check/spans.ts';
import type { Scrape } from '../play/scraper.ts';
import type { SessionResult } from '../session.ts';

type Counts = Readonly<Record<string, number>>;

export interface IngestReport {
  readonly seed: number;
  readonly seconds: number;
  readonly strikes: Counts;
  readonly strike_log: readonly string[];
  readonly habits: Counts;
  readonly answers: Counts;
  readonly spans: {
    readonly sent: number;
    readonly acknowledged: number;
    readonly times_sent: number;
    readonly rows: number;
    readonly records: number;
    readonly quarantined: number;
    readonly changed: number;
    /** Of which ClickHouse forgot, when it was killed, that it had them. */
    readonly forgotten: number;
  };
  readonly calls: { readonly sent: Sum; readonly counted: Sum };
  readonly scrapes: number;
  readonly peeks: number;
  /** Spans looked for right after they were acknowledged as stored. */
  readonly looks: number;
  readonly balances: readonly Scrape[];
  readonly violations: readonly Violation[];
}

interface Sum {
  readonly calls: number;
  readonly unpriced: number;
  readonly usd: string;
}

export function reportOf(result: SessionResult, seed: number): IngestReport {
  const { facts } = result;
  const entries = [...facts.account.spans.values()];
  const { sent, counted } = totals(facts);
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
  return {
    seed,
    seconds: Math.round(result.seconds),
    strikes: result.strikes,
    strike_log: result.strikeLog,
    habits: result.account.habits,
    answers: result.account.answers,
    spans: {
      sent: entries.length,
      acknowledged: entries.filter(({ acknowledged }) => acknowledged).length,
      times_sent: sum(entries.map((entry) => entry.sent)),
      rows: sum(facts.stored.spans.values()),
      records: sum([...facts.stored.records.values()].map(({ length }) => length)),
      quarantined: facts.stored.quarantine.length,
      changed: facts.stored.conflicts.size,
      forgotten: forgottenByClickHouse(facts),
    },
    calls: {
      sent: { calls: sent.calls, unpriced: sent.unpriced, usd: usd(sent.cost) },
      counted: { calls: counted.calls, unpriced: counted.unpriced, usd: usd(counted.cost) },
    },
    scrapes: result.scrapes,
    peeks: result.peeks,
    looks: result.account.looks,
    balances: result.balances,
    violations: result.violations,
  };
}

/** Of one rule, so many are printed; a defect often shows in thousands of spans. */
const MOST_OF_A_RULE = 10;

export function textOf(report: IngestReport): string {
  const { spans, calls, violations } = report;
  const of = (rule: Rule) => violations.filter((one) => one.rule === rule);
  return [
    ...Object.entries(report.strikes).map(
      ([what, count]) => `${what.padEnd(44)}${String(count).padStart(6)}`,
    ),
    '',
    `seed ${report.seed}, ${report.seconds} s`,
    `what clients did with bodies  ${list(report.habits)}`,
    `answers                       ${list(report.answers)}`,
    `spans                         ${spans.sent} sent, ${spans.times_sent} times in all; ${spans.acknowledged} acknowledged`,
    `stored                        ${spans.rows} spans, ${spans.records} evidence records, ${spans.quarantined} quarantined, ${spans.changed} with two contents`,
    `tokens forgotten              of ${spans.forgotten} spans, by ClickHouse when it was killed; keys make them one row`,
    `model calls sent              ${calls.sent.calls}, ${calls.sent.unpriced} of them unpriced, ${calls.sent.usd} USD`,
    `model calls counted           ${calls.counted.calls}, ${calls.counted.unpriced} of them unpriced, ${calls.counted.usd} USD`,
    ...report.balances.map(
      ({ collector, accepted, stored, duplicate, quarantined, inLog }) =>
        `collector ${collector}, last process     ${accepted} accepted = ${stored} stored + ${duplicate} duplicates + ${quarantined} quarantined + ${inLog} in the log`,
    ),
    `read meanwhile                ${report.scrapes} scrapes of /metrics, ${report.peeks} times costs and rows, ${report.looks} spans right after they were acknowledged as stored`,
    '',
    ...(Object.keys(RULES) as Rule[]).map(
      (rule) => `${String(of(rule).length).padStart(5)} violations: ${RULES[rule]}`,
    ),
    '',
    ...(Object.keys(RULES) as Rule[]).flatMap((rule) => shown(of(rule))),
    ...(violations.length === 0 ? [] : ['', ...report.strike_log, '']),
    violations.length === 0
      ? 'nothing missing, nothing twice'
      : `${violations.length} violations, seed ${report.seed}`,
  ].join('\n');
}

function shown(violations: readonly Violation[]): readonly string[] {
  const lines = violations.slice(0, MOST_OF_A_RULE).map(({ rule, what }) => `VIOLATION ${rule}: ${what}`);
  const more = violations.length - lines.length;
  return more > 0 ? [...lines, `  and ${more} more of ${violations[0]?.rule}`] : lines;
}

const list = (counts: Counts): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ');
