import { CONTROLS } from '../../../../packages/query-service/src/controls/catalogue.ts';
import { applyJudgements } from '../../../../packages/query-service/src/flags/apply.ts';
import { flagId } from '../../../../packages/query-service/src/flags/ripen.ts';
import { triageFlag } from '../../../../packages/query-service/src/flags/triage.ts';
import type { PersonIdentity } from '../../../../packages/query-service/src/identity/identity.ts';
import type { BenchStore } from '../../ingest/store.ts';
import type { BenchService } from '../service.ts';
import type { Stage } from './plan.ts';
import { runsSql, VIOLATIONS, type Violation } from './run-sql.ts';

interface Violating {
  readonly run_id: string;
  readonly workflow: string;
  readonly owner: string;
  readonly team: string;
  readonly violation: Violation;
  readonly start: string;
  readonly calls: string;
}

/** Flags of one transaction, as of one turn of the evaluator. */
const AT_ONCE = 25;
/** The flags of one in so many such groups are resolved by a person. */
const RESOLVED_OF = 4;
const RAISED_AFTER_NS = 1_200n * 1_000_000_000n;

const PERSON: PersonIdentity = {
  kind: 'person',
  person_id: '00000000-0000-7000-8000-000000000001',
  name: 'rita@example.com',
  display_name: 'Rita',
  roles: ['reviewer'],
  teams: ['*'],
  groups: [],
  session_id: undefined,
  reads_content: true,
};

/** Raises a flag for every run of the stage that violates something, as the evaluator does, at about that run's time. */
export async function raiseFlags(store: BenchStore, service: BenchService, stage: Stage): Promise<number> {
  const runs = await store.rows<Violating>(`
    SELECT run_id, workflow, owner, team, violation, toString(start_ns) AS start, toString(calls) AS calls
    FROM (${runsSql(stage, service.versions)}) WHERE violation != '' ORDER BY r`);
  for (let at = 0; at < runs.length; at += AT_ONCE) {
    const some = runs.slice(at, at + AT_ONCE);
    service.at(BigInt(some.at(-1)?.start ?? 0) + RAISED_AFTER_NS);
    await applyJudgements(
      service.control,
      Object.values(VIOLATIONS).map((control) => judgementOf(service, control, some)),
    );
    if ((at / AT_ONCE) % RESOLVED_OF !== 0) continue;
    for (const run of some)
      await triageFlag(service, PERSON, findingOf(service, run).flag_id, 'resolved', 'talked to the owner');
  }
  service.at(undefined);
  await service.flush();
  return runs.length;
}

function judgementOf(service: BenchService, name: string, runs: readonly Violating[]) {
  const control = CONTROLS.find((each) => each.control === name);
  if (control === undefined) throw new Error(`there is no control ${name}`);
  const violating = runs.filter(({ violation }) => VIOLATIONS[violation] === name);
  return {
    control,
    scopes: violating.map(({ run_id }) => run_id),
    findings: violating.map((run) => ({ ...findingOf(service, run), severity: control.severity })),
    rechecks: [],
  };
}

function findingOf({ control }: BenchService, { start, calls, violation, ...run }: Violating) {
  const name = VIOLATIONS[violation];
  const identity = { scope: run.run_id, key: `call ${calls}` };
  return {
    ...{ ...run, ...identity, flag_id: flagId(control.writer, name, identity) },
    severity: 'warning' as const,
    summary: `A call of this run violates ${name}: number ${calls}, of the tool that it says.`,
    evidence: { call_id: `call ${calls}`, why: violation },
    since: BigInt(start),
  };
}
