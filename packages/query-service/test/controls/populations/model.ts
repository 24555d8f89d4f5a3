import { CONTROLS } from '../../../src/controls/catalogue.ts';
import { populationOf } from '../../../src/controls/population.ts';
import { seconds } from '../../../src/state/time.ts';
import type { Facts } from './facts.ts';
import { type FlagRow, partsOf } from './flags.ts';

/** What is asked, and when. */
export interface View {
  readonly from: bigint;
  readonly to: bigint;
  /** Up to when everything was evaluated. */
  readonly evaluated: bigint;
  readonly now: bigint;
  /** Whether the rows of flags that are on their way are known to the service. */
  readonly outbox: boolean;
}

export interface Unit {
  readonly control: string;
  readonly population_of: string;
  readonly workflow: string;
  /** Who sees all of these teams sees it. */
  readonly needs: readonly string[];
  readonly run_id: string;
  readonly unit: string | null;
  readonly at: bigint;
  readonly result: 'passed' | 'failed' | 'unknown';
  readonly flag_id: string | null;
}
type Begun = Pick<Unit, 'workflow' | 'needs' | 'run_id' | 'unit' | 'at'>;

/** Each unit of each control's population, as the documentation says, one after the other. */
export function unitsOf(facts: Facts, view: View): Unit[] {
  const flags = firstOfEach(standing(facts.flags));
  const isUnjudged = unjudged(standing(facts.flags));
  const pending = view.outbox ? facts.flags.filter((row) => row.pending) : [];
  const inPeriod = ({ at }: { at: bigint }) => at >= view.from && at < view.to;
  return CONTROLS.flatMap(({ control, classes, graceSeconds }) => {
    const population_of = populationOf(control);
    if (population_of === undefined) return [];
    const of = { control, population_of };
    /** @param isKnown whether all evidence of it had been judged for good */
    const judged = (unit: Begun, flag: FlagRow | undefined, isKnown: boolean): Unit => {
      const isPending = pending.some(
        (row) => row.control === control && (population_of === 'incidents' || row.run_id === unit.run_id),
      );
      const isOpen = isPending || (population_of !== 'incidents' && isUnjudged(unit.run_id, control));
      const result = flag !== undefined ? 'failed' : isKnown && !isOpen ? 'passed' : 'unknown';
      // What the service recorded of an incident is no claim.
      const claims = population_of !== 'incidents';
      const whose = flag === undefined || !claims ? {} : { workflow: flag.workflow };
      return { ...unit, ...whose, ...of, result, flag_id: flag?.flag_id ?? null };
    };
    const flagOf = (run_id: string, unit: string) => flags.get(keyOf(control, run_id, unit));
    const known = view.evaluated - seconds(graceSeconds);
    if (population_of === 'runs')
      return facts.runs
        .filter((run) => run.governed && inPeriod(run))
        .map(({ governed: _, calls: __, received, ...run }) =>
          judged({ ...run, unit: null }, flagOf(run.run_id, ''), received <= known && run.at <= known),
        );
    if (population_of === 'calls')
      return facts.runs.flatMap(({ run_id, needs, calls }) =>
        calls.filter(inPeriod).flatMap(({ unit, seen, class: counts, ...call }) => {
          const flag = flagOf(run_id, unit);
          if (!classes.includes(counts) && flag === undefined) return [];
          return judged({ ...call, run_id, needs, unit: unit === '' ? null : unit }, flag, seen <= known);
        }),
      );
    if (population_of === 'incidents')
      return facts.incidents
        .filter(inPeriod)
        .map(({ due, team, ...unit }) =>
          judged({ ...unit, needs: [team] }, flagOf(ANY_RUN, unit.unit), due < view.evaluated),
        );
    return facts.samples.filter(inPeriod).map(({ due, first, team, ...unit }): Unit => {
      const inTime = first !== undefined && first <= due;
      const isOver = first !== undefined || view.now > due;
      return {
        ...unit,
        needs: [team],
        ...of,
        result: inTime ? 'passed' : isOver ? 'failed' : 'unknown',
        flag_id: null,
      };
    });
  });
}

/** An incident's flag is of whatever run it is. */
const ANY_RUN = 'any';
const keyOf = (control: string, run_id: string, unit: string) => JSON.stringify([control, run_id, unit]);

/** Flags in the store that nothing has cleared. */
function standing(rows: readonly FlagRow[]): readonly FlagRow[] {
  const stored = Map.groupBy(
    rows.filter(({ pending }) => !pending),
    ({ flag_id }) => flag_id,
  );
  const newest = [...stored.values()].flatMap((of) => of.toSorted((a, b) => Number(b.at - a.at)).slice(0, 1));
  return newest.filter(({ state }) => state !== 'cleared');
}

/** Whether a control could not judge a run. */
function unjudged(rows: readonly FlagRow[]): (run_id: string, control: string) => boolean {
  const parts = new Set(
    rows
      .filter(({ control }) => control === 'run_judged')
      .flatMap((row) => partsOf(row).map((part) => keyOf(part, row.run_id ?? '', ''))),
  );
  return (run_id, control) => parts.has(keyOf(control, run_id, ''));
}

/** What stands against each unit: of several flags the one that was raised first. */
function firstOfEach(rows: readonly FlagRow[]): ReadonlyMap<string, FlagRow> {
  const found = new Map<string, FlagRow>();
  for (const row of rows.toSorted(byRaised)) {
    const population = populationOf(CONTROLS.find(({ control }) => control === row.control)?.control);
    const run_id = population === 'incidents' ? ANY_RUN : row.run_id;
    if (run_id === null) continue;
    const key = keyOf(row.control, run_id, population === 'runs' ? '' : row.unit);
    if (!found.has(key)) found.set(key, row);
  }
  return found;
}

const byRaised = (a: FlagRow, b: FlagRow) =>
  Number(a.raised_at - b.raised_at) || (a.flag_id < b.flag_id ? -1 : 1);
