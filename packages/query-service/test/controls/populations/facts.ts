import { type FlagRow, rowsOf } from './flags.ts';
import { type Claims, DUE, LISTED, type Plan, type Run, WORKFLOWS } from './plan.ts';

type Class = 1 | 2 | 3;

/** A call that ran. */
interface CallFacts {
  readonly unit: string;
  readonly workflow: string;
  readonly class: Class;
  readonly at: bigint;
  /** When the store received the last that it says of itself. */
  readonly seen: bigint;
}

interface RunFacts {
  readonly run_id: string;
  readonly governed: boolean;
  readonly workflow: string;
  /** Who sees all of these teams sees it. */
  readonly needs: readonly string[];
  readonly at: bigint;
  /** When the store received the last of it; 0 where it received none. */
  readonly received: bigint;
  readonly calls: readonly CallFacts[];
}

interface Due {
  readonly run_id: string;
  readonly workflow: string;
  readonly team: string;
  readonly unit: string;
  readonly at: bigint;
  readonly due: bigint;
}

/** What a plan comes to, by the definitions: of what began when, of whom it is, and as which class a call counts. */
export interface Facts {
  readonly runs: readonly RunFacts[];
  readonly samples: readonly (Due & { readonly first: bigint | undefined })[];
  readonly incidents: readonly Due[];
  readonly flags: readonly FlagRow[];
}

/** The version that a claim names; that of a workflow nobody registered is made up. */
export const versionOf = ({ workflow, version }: Claims, versions: Readonly<Record<string, string>>) =>
  version === 'registered' ? (versions[workflow] ?? 'made-up') : version;

/** @param received when the store received each batch (ns) */
export function factsOf(
  { runs, samples, incidents }: Plan,
  versions: Readonly<Record<string, string>>,
  received: readonly bigint[],
): Facts {
  const each = runs.map((run) => ({ run, facts: runFacts(run, versions, received) }));
  const incidentFacts = incidents.map(({ notification_id: unit, run_id, workflow, at, flag }) => ({
    facts: { unit, run_id, workflow, team: WORKFLOWS[workflow], at, due: at + DUE.incident },
    flag,
  }));
  return {
    runs: each.map(({ facts }) => facts),
    samples: samples.map(({ sample_id: unit, run_id, workflow, at, reviews }) => ({
      ...{ unit, run_id, workflow, team: WORKFLOWS[workflow], at, due: at + DUE.sample },
      first: least(reviews.map((after) => at + DUE.sample + after)),
    })),
    incidents: incidentFacts.map(({ facts }) => facts),
    flags: [
      ...each.flatMap(({ run, facts }) => flagsOf(run, facts)),
      ...incidentFacts.flatMap(({ facts: { unit, run_id, at }, flag }) =>
        flag === null
          ? []
          : rowsOf(
              flag.history,
              { control: 'incident_path_reached', run_id: flag.runless ? null : run_id, unit },
              at,
            ),
      ),
    ],
  };
}

type Report = Run['calls'][number]['reports'][number];

function runFacts(
  run: Run,
  versions: Readonly<Record<string, string>>,
  received: readonly bigint[],
): RunFacts {
  const { run_id, registered, governed } = run;
  const sent = [...run.spans, ...run.calls.flatMap(({ reports }) => reports)];
  return {
    ...{ run_id, governed: governed || registered !== null, workflow: workflowOf(run, sent) },
    // An id that the service gave is of the team that registered it; of any other, each key that sent something has a team.
    needs:
      registered === null ? sent.map((one) => (one.said ?? run.said).team) : [WORKFLOWS[registered.workflow]],
    at: least([...sent.map(({ at }) => at), ...(registered === null ? [] : [registered.at])]) ?? 0n,
    received: greatest(sent.flatMap((one) => receiptsOf(one, received))) ?? 0n,
    calls: run.calls.flatMap(({ call_id: unit, reports }): CallFacts[] => {
      const ran = reports.filter(({ enforcement, outcome }) => enforcement === 'executed' || outcome !== '');
      if (ran.length === 0) return [];
      // A copy of what is stored says nothing new.
      const firsts = ran.map((report) => least(receiptsOf(report, received)) ?? 0n);
      return [
        {
          ...{ unit, workflow: workflowOf(run, ran) },
          class: greatest(ran.map((report) => classOf(report, run, versions))) ?? 3,
          at: least(ran.map(({ at }) => at)) ?? 0n,
          seen: greatest(firsts) ?? 0n,
        },
      ];
    }),
  };
}

/** When the store received a span, and its copy. */
const receiptsOf = ({ landed: { batch, again } }: Pick<Report, 'landed'>, received: readonly bigint[]) =>
  [batch, ...(again === null ? [] : [again])].map((number) => received[number] ?? 0n);

/** What the service registered a run for, else the greatest that its spans claim. */
const workflowOf = ({ registered, said }: Run, spans: readonly Pick<Report, 'said'>[]) =>
  registered?.workflow ?? greatest(spans.map((span) => (span.said ?? said).workflow)) ?? '';

/** What a report counts as: by the policy that the run was registered with, else by the one that it claims. */
function classOf(
  report: Report,
  { registered, said }: Run,
  versions: Readonly<Record<string, string>>,
): Class {
  const claims = report.said ?? said;
  const { workflow } = registered ?? claims;
  const isKnown = registered !== null || versionOf(claims, versions) === versions[workflow];
  const classes = [isKnown ? LISTED[report.tool] : undefined, report.action_class ?? undefined];
  return greatest(classes.filter((one) => one !== undefined)) ?? 3;
}

const flagsOf = ({ run_id, calls, flags }: Run, facts: RunFacts): FlagRow[] =>
  flags.flatMap(({ control, of, runless, histories }) => {
    const unit = calls[of]?.call_id ?? 'of no call';
    const began = facts.calls.find((call) => call.unit === unit)?.at ?? facts.at;
    return histories.flatMap((history) =>
      rowsOf(history, { control, run_id: runless ? null : run_id, unit }, began),
    );
  });

const greatest = <T extends bigint | number | string>(values: readonly T[]): T | undefined =>
  values.reduce<T | undefined>((most, each) => (most === undefined || each > most ? each : most), undefined);
const least = <T extends bigint>(values: readonly T[]): T | undefined =>
  values.reduce<T | undefined>((most, each) => (most === undefined || each < most ? each : most), undefined);
