import { z } from 'zod';
import { periodBudgets } from '../controls/period-budgets.ts';
import { plainText } from '../records/plain-text.ts';
import { storeTime } from '../records/store-time.ts';
import { apart, Batch } from './apart.ts';
import { addFlags, applyJudgements, type FlagCounts, noFlags } from './apply.ts';
import { type JudgedPage, judge } from './judge.ts';
import type { JudgeDeps } from './judge-page.ts';
import { PageReads } from './page-reads.ts';
import { judgeContext } from './service-facts.ts';
import { noteUnjudged, unjudgedSubjects } from './unjudged.ts';

/** A workflow and a UTC month in which it spent. */
interface SpentIn {
  readonly workflow: string;
  /** E.g. 202611. */
  readonly month: number;
}

const spentIn = z.object({ workflow: z.string(), month: z.number() });

/** Months in whose spend something has changed: a call arrived, or a price did. */
const CHANGED = `
  SELECT DISTINCT toString(m.workflow) AS workflow, toYYYYMM(m.start, 'UTC') AS month FROM model_calls AS m
  WHERE m.workflow != '' AND (m.received_at >= {since:DateTime64(9, 'UTC')}
    OR m.run_id IN (SELECT run_id FROM model_call_repricings WHERE received_at >= {since:DateTime64(9, 'UTC')}))
  ORDER BY month, workflow`;

const PERIODS_AT_ONCE = 200;
const PART = periodBudgets.control;

/**
 * Judges the budgets of the days and months in whose spend something changed since a time (ns, of the store's clock), and those that
 * could not be judged before.
 */
export async function judgePeriods(deps: JudgeDeps, since: bigint): Promise<FlagCounts> {
  const changed = await new PageReads(deps, { since: storeTime(since) }).rows(CHANGED);
  const again = (await unjudgedSubjects(deps.control, PART)).flatMap(periodOf);
  const periods = distinct([...z.array(spentIn).parse(changed), ...again]);
  const counts = noFlags();
  for (let at = 0; at < periods.length; at += PERIODS_AT_ONCE)
    await judgeSome(deps, periods.slice(at, at + PERIODS_AT_ONCE), counts);
  return counts;
}

async function judgeSome(deps: JudgeDeps, periods: readonly SpentIn[], counts: FlagCounts): Promise<void> {
  const context = await judgeContext(deps, [], deps.clock());
  const batch = new Batch(periods, (some): JudgedPage => {
    const reads = new PageReads(deps, paramsOf(some));
    return { runs: [], reads, context, writer: deps.control.writer };
  });
  const failures = await apart(deps, batch, async (page) => {
    addFlags(counts, await applyJudgements(deps.control, [await judge(periodBudgets, page)]));
  });
  const tried = {
    subjects: periods.map(subjectOf),
    parts: [PART],
    failures: failures.map(({ item, error }) => ({ subject: subjectOf(item), part: PART, error })),
  };
  await noteUnjudged(deps, tried, context, counts);
}

const subjectOf = ({ workflow, month }: SpentIn): string => `${plainText(workflow)}/${month}`;

/** Empty for a run. */
function periodOf(subject: string): SpentIn[] {
  const slash = subject.lastIndexOf('/');
  return slash === -1 ? [] : [{ workflow: subject.slice(0, slash), month: Number(subject.slice(slash + 1)) }];
}

const distinct = (periods: readonly SpentIn[]): SpentIn[] => [
  ...new Map(periods.map((period) => [subjectOf(period), period])).values(),
];

function paramsOf(periods: readonly SpentIn[]): Readonly<Record<string, unknown>> {
  const months = periods.map(({ month }) => month);
  return {
    ...{ workflows: periods.map(({ workflow }) => workflow), months },
    from: startOf(Math.min(...months)),
    to: startOf(following(Math.max(...months))),
  };
}

const following = (month: number): number => (month % 100 === 12 ? month + 89 : month + 1);

const startOf = (month: number): string =>
  `${Math.floor(month / 100)}-${String(month % 100).padStart(2, '0')}-01 00:00:00`;
