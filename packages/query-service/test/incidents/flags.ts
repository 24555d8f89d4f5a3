import type { Severity } from '@tollgate/contract';
import { breakGlassUsed } from '../../src/controls/break-glass-used.ts';
import { applyJudgements } from '../../src/flags/apply.ts';
import { ripen } from '../../src/flags/ripen.ts';
import type { ControlState } from '../../src/index.ts';
import { currentVersion } from '../../src/registrations/read-workflow.ts';
import { registerRun } from '../../src/registrations/register-run.ts';
import { registerWorkflow } from '../../src/registrations/register-workflow.ts';
import type { TestControl } from '../support/control.ts';
import { workflowYaml } from '../support/workflow.ts';

/** The test's workflow with this `incident` section. */
export const yamlWithPath = (incident: string, workflow = 'ops-deploy'): string =>
  workflowYaml({ workflow }).replace(/^incident: .*$/m, `incident: ${incident}`);

/** A person who owns it, and the workflow registered with this path. */
export async function registerPath(test: TestControl, incident: string): Promise<void> {
  const owner = await test.person('owner@example.com', ['owner']);
  await registerWorkflow(test.deps, owner, yamlWithPath(incident));
}

const RUN = '0198c3a0-0000-7000-8000-000000000001';

/** A run of the workflow that `registerPath` registered, as its agent registers it. */
export async function startRun(test: TestControl): Promise<string> {
  const { policy_version } = await currentVersion(test.control.db, 'ops-deploy');
  const request = { workflow: 'ops-deploy', policy_version, initiator: 'ada', writer: crypto.randomUUID() };
  return (await registerRun(test.deps, await test.agent(), request)).run_id;
}

/** Judges one run as an evaluation would: a finding of this severity, or none. */
export async function judge(
  control: ControlState,
  now: bigint,
  severity: Severity | undefined,
  key = 'call-1',
  run_id = RUN,
): Promise<void> {
  const finding = {
    ...{ scope: run_id, key, run_id, workflow: 'ops-deploy', owner: 'owner@example.com', team: 'ops' },
    ...{ summary: 'Somebody broke glass.', evidence: { by: 'alice@example.com' }, since: 1n },
  };
  const findings = severity === undefined ? [] : [{ ...finding, severity }];
  const { ripe } = ripen(breakGlassUsed, findings, now, control.writer);
  await applyJudgements(control, [
    { control: breakGlassUsed, scopes: [run_id], findings: ripe, rechecks: [] },
  ]);
}
