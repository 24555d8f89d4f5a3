import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { lastEvaluation } from '../flags/last-evaluation.ts';
import { unjudgedNow } from '../flags/unjudged.ts';
import { decodeCursor, pageOf } from '../http/page.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import { storeTime } from '../records/store-time.ts';
import { isoFromNanos, select } from '../runs/select.ts';
import { sightOf } from '../runs/sight.ts';
import { storeRange } from '../runs/time-range.ts';
import { isoTime } from '../state/time.ts';
import { CONTROLS } from './catalogue.ts';
import { unitsQuery } from './coverage-units.ts';
import { listedClasses } from './listed-classes.ts';
import { POPULATIONS, type Population, populationOf } from './population.ts';

const count = z.coerce.number().int();

/** How one control held in one workflow: passed + failed + unknown = population. */
export const coverageAnswer = z.object({
  control: z.string(),
  workflow: z.string(),
  population_of: z.enum(Object.keys(POPULATIONS) as [Population, ...Population[]]),
  population: count,
  passed: count,
  failed: count,
  /** Not evaluated yet: its evidence is too new, or what was found of it is still on its way. */
  unknown: count,
});
type CoverageAnswer = z.output<typeof coverageAnswer>;

export const coverageList = z.object({
  /** Up to when what arrived has been evaluated. */
  evaluated_until: z.iso.datetime(),
  items: z.array(coverageAnswer),
  next_cursor: z.null(),
});

export const RESULTS = ['passed', 'failed', 'unknown'] as const;

export const unitAnswer = z.object({
  workflow: z.string(),
  run_id: z.string(),
  /** The call's or the sample's id; null where the unit is the run. */
  unit: z.string().nullable(),
  /** When it began. */
  at: isoFromNanos,
  result: z.enum(RESULTS),
  /** What failed it, where that is a flag. */
  flag_id: z.string().nullable(),
});
const unitRow = unitAnswer.extend({ at: z.coerce.bigint(), unit: z.string(), flag_id: z.string() });

interface Period {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly workflow?: string | undefined;
}
type CoverageDeps = Pick<Deps, 'store' | 'control' | 'clock'>;

/** What of a population is asked for. Of runs and their calls the units say what is seen. */
const askedOf = (population: Population): string => {
  const ofTeams =
    population === 'runs' || population === 'calls'
      ? 'true'
      : '({every:Bool} OR team IN {teams:Array(String)})';
  return `${ofTeams} AND ({workflow:String} = '' OR workflow = {workflow:String})`;
};

/** How every control held, by workflow, over what began in a period. */
export async function readCoverage(
  deps: CoverageDeps,
  identity: Identity,
  period: Period,
): Promise<z.input<typeof coverageList>> {
  const { params, evaluated, sight } = await asked(deps, identity, period);
  const items: CoverageAnswer[] = [];
  for (const population of Object.keys(POPULATIONS) as Population[]) {
    const query = `
      SELECT control, workflow, '${population}' AS population_of, count() AS population, countIf(result = 'passed') AS passed,
        countIf(result = 'failed') AS failed, countIf(result = 'unknown') AS unknown
      FROM (${unitsQuery(population, sight)}) WHERE ${askedOf(population)} GROUP BY control, workflow ORDER BY workflow`;
    items.push(...(await select(deps, coverageAnswer, query, params)));
  }
  const order = new Map(CONTROLS.map(({ control }, index) => [String(control), index]));
  items.sort((a, b) => (order.get(a.control) ?? 0) - (order.get(b.control) ?? 0));
  return { evaluated_until: isoTime(evaluated), items, next_cursor: null };
}

interface UnitQuery extends Period {
  readonly result?: (typeof RESULTS)[number] | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The population itself, the newest first. */
export async function readPopulation(
  deps: CoverageDeps,
  identity: Identity,
  control: string,
  { result, limit, cursor, ...period }: UnitQuery,
): Promise<{ items: z.input<typeof unitAnswer>[]; next_cursor: string | null }> {
  const population = populationOf(CONTROLS.find((each) => each.control === control)?.control);
  if (population === undefined) return { items: [], next_cursor: null };
  const { params, sight } = await asked(deps, identity, period);
  const after =
    cursor === undefined
      ? undefined
      : decodeCursor(cursor, z.tuple([z.string().regex(/^\d{1,19}$/), z.guid(), z.string()]));
  const conditions = [
    `control = {control:String} AND ${askedOf(population)}`,
    ...(result === undefined ? [] : ['result = {result:String}']),
    ...(after === undefined
      ? []
      : [`(at, run, unit) < ({at:DateTime64(9, 'UTC')}, {run:UUID}, {unit:String})`]),
  ];
  const query = `
    SELECT workflow, toString(run) AS run_id, unit, toString(toUnixTimestamp64Nano(at)) AS at, result, flag_id
    FROM (SELECT * FROM (${unitsQuery(population, sight)}) WHERE ${conditions.join(' AND ')} ORDER BY at DESC, run DESC, unit DESC LIMIT {limit:UInt32})`;
  const rows = await select(deps, unitRow, query, {
    ...{ ...params, control, result, limit: limit + 1 },
    ...(after === undefined ? {} : { at: storeTime(after[0]), run: after[1], unit: after[2] }),
  });
  const page = pageOf(rows, limit, ({ at, run_id, unit }) => [at.toString(), run_id, unit]);
  const orNull = (text: string) => (text === '' ? null : text);
  return {
    ...page,
    items: page.items.map(({ unit, flag_id, ...row }) => ({
      ...row,
      unit: orNull(unit),
      flag_id: orNull(flag_id),
    })),
  };
}

async function asked(deps: CoverageDeps, identity: Identity, { from, to, workflow = '' }: Period) {
  const teams = visibleTeams(identity);
  const sight = await sightOf(deps, identity);
  // In this order, and both before the store: what an evaluation found is then on its way, or in what is read.
  const evaluated = await lastEvaluation(deps);
  const pending = [...(await pendingFlags(deps)), ...(await unjudged(deps))];
  const params = {
    ...storeRange({ from, to }),
    ...{ workflow, every: teams === undefined, teams: teams ?? [], pending, ...sight.params },
    ...{ evaluated: storeTime(evaluated), now: storeTime(deps.clock()), listed: await listedClasses(deps) },
  };
  return { params, evaluated, sight };
}

const pendingRow = z.object({ control: z.string(), run_id: z.string().nullable() });

/** Flags that the service has and the store may not: `control:run`. */
async function pendingFlags({ control }: Pick<Deps, 'control'>): Promise<string[]> {
  const rows = await control.db
    .selectFrom('evidence_outbox')
    .select('row')
    .where('table_name', '=', 'flags')
    .execute();
  return rows.map(({ row }) => {
    const { control: name, run_id } = pendingRow.parse(JSON.parse(row));
    return `${name}:${run_id ?? ''}`;
  });
}

/** What a control fails to judge is flagged after its grace, if it can be; until then it is known to the evaluator alone. */
async function unjudged({ control }: Pick<Deps, 'control'>): Promise<string[]> {
  return (await unjudgedNow(control)).map(({ part, subject }) => `${part}:${subject}`);
}
