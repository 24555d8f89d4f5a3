import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Api, connectApi } from '../../src/demo/api.ts';
import type { DemoOptions, DemoResult, DemoRun } from '../../src/demo/demo-result.ts';
import { expectations, LATER } from '../../src/demo/oracle.ts';
import { PEOPLE } from '../../src/demo/people.ts';
import { runDemo } from '../../src/demo/run-demo.ts';
import { SCENARIOS } from '../../src/demo/scenarios.ts';
import { waitUntil } from '../../src/demo/wait-until.ts';
import { tollgate } from '../support/tollgate.ts';
import { callsOf, type Evidence, plain, readEvidence } from './read-evidence.ts';

/** A running Tollgate of its own, with nothing in it yet. */
export interface RunningSystem
  extends Pick<DemoOptions, 'serviceUrl' | 'otlpUrl' | 'admin' | 'provision' | 'directory'> {
  readonly stop: () => Promise<void>;
}

const oracle = expectations(SCENARIOS);

/** Runs the demo once through a whole system, and holds what the API says of it against the oracle. */
export function describeDemoAgainstOracle(startSystem: () => Promise<RunningSystem>): void {
  describe('the demo, through the whole pipeline', () => {
    let system: RunningSystem;
    let demo: DemoResult;
    let api: Api;
    let evidence: ReadonlyMap<string, Evidence>;

    beforeAll(async () => {
      system = await startSystem();
      demo = await runDemo(system);
      api = connectApi(system.serviceUrl, system.admin.token);
      const read = demo.runs.map(
        async ({ scenario, run_id }) => [scenario, await readEvidence(api, run_id)] as const,
      );
      evidence = new Map(await Promise.all(read));
    }, 240_000);

    afterAll(async () => {
      await demo?.stop();
      await system?.stop();
    });

    const runOf = (scenario: string): DemoRun => found(demo.runs.find((run) => run.scenario === scenario));
    const evidenceOf = (scenario: string): Evidence => found(evidence.get(scenario));
    const left = (file: string) => readFile(join(demo.worldDirectory, file), 'utf8');

    it.each(oracle.runs)('$scenario ends as it has to, at the cost that it has to have', (expected) => {
      const { run, cost, model_calls } = evidenceOf(expected.scenario);
      const { status, calls, unpriced_calls, cost_usd } = expected;
      expect({
        status: run.status,
        calls: cost.calls,
        unpriced_calls: cost.unpriced_calls,
        cost_usd: plain(cost.usd),
      }).toEqual({ status, calls, unpriced_calls, cost_usd });
      expect(model_calls.filter(({ counted }) => counted)).toHaveLength(calls);
    });

    it.each(oracle.runs)('$scenario: each tool call met what it has to meet', ({ scenario, tool_calls }) => {
      const expected = tool_calls.map(({ reason: _, field: __, ...rest }) => rest);
      expect(callsOf(evidenceOf(scenario))).toEqual(expected);
      const reasons = evidenceOf(scenario).tool_calls.map(({ reason }) => reason);
      for (const { reason } of tool_calls) if (reason !== undefined) expect(reasons).toContain(reason);
    });

    it.each(oracle.runs)(
      '$scenario: the model was asked unless there was no room',
      ({ scenario, refused_model_call: refused }) => {
        const { timeline } = evidenceOf(scenario);
        const blocked = timeline.filter(
          ({ kind, model }) => kind === 'gate_decided' && typeof model === 'string',
        );
        expect(blocked.map(({ reason }) => reason)).toEqual(refused === undefined ? [] : [refused.reason]);
        if (refused !== undefined)
          expect(timeline.map(({ detail }) => detail?.['field'])).toContain(refused.field);
      },
    );

    it('names the argument, the data or the limit that a denial is about', () => {
      for (const { scenario, tool_calls } of oracle.runs)
        for (const { field } of tool_calls)
          if (field !== undefined) {
            const details = evidenceOf(scenario).timeline.map(({ detail }) => detail?.['field']);
            expect(details).toContain(field);
          }
    });

    it('sums up each workflow, and says how much of it is unpriced', () => {
      const costs = demo.costs.map(({ workflow, cost_usd, ...rest }) => [
        workflow,
        { ...rest, cost_usd: plain(cost_usd) },
      ]);
      expect(Object.fromEntries(costs)).toEqual(oracle.costs);
    });

    it('raises the flags that it has to raise, and no other', () => {
      const raised = demo.flags
        .filter(({ control }) => !LATER.includes(control))
        .map(({ control, severity, run_id }) => ({
          control,
          severity,
          scenario: demo.runs.find((run) => run.run_id === run_id)?.scenario ?? '',
        }));
      const expected = oracle.flags.filter(({ control }) => !LATER.includes(control));
      expect(sorted(raised)).toEqual(sorted(expected));
    });

    it('keeps every chain whole', () => {
      for (const [scenario, { chain }] of evidence)
        expect({ scenario, ...chain, findings: chain.findings }).toMatchObject({ whole: true, findings: [] });
    });

    it('tells facts that a source stands behind from those that the model inferred', () => {
      for (const { scenario, citations } of oracle.runs) {
        const cited = evidenceOf(scenario).timeline.filter(({ kind }) => kind === 'source_cited');
        const of = (origin: string) => cited.filter(({ detail }) => detail?.['origin'] === origin).length;
        expect({ source: of('source'), inference: of('inference') }).toEqual(citations);
      }
    });

    it('has the decisions of people from the service alone', () => {
      const decisions = (scenario: string, kind: string) =>
        evidenceOf(scenario)
          .timeline.filter((entry) => entry.kind === kind)
          .map(({ source, actor }) => ({ source, actor }));
      for (const { name, approval, rollback } of SCENARIOS) {
        const by = (person: typeof approval | typeof rollback) =>
          person === undefined ? [] : [{ source: 'service', actor: PEOPLE[person.by].email }];
        expect(decisions(name, 'approval_decided')).toEqual(by(approval));
        expect(decisions(name, 'rolled_back')).toEqual(by(rollback));
      }
    });

    it('changed the world where it was allowed to, and nowhere else', async () => {
      const mail = (await left('outgoing-mail.jsonl')).trim().split('\n');
      expect(mail.map((line) => JSON.parse(line).to)).toEqual(['dana@customer.example']);
      const branches = z
        .array(z.object({ branch: z.string() }))
        .parse(JSON.parse(await left('pull-requests.json')));
      expect(branches.map(({ branch }) => branch)).toEqual(['agent/retry-docs', 'agent/explain-retry']);
      // Two calls of one answer of the model, which may end in either order.
      const requirements = (await left('requirements.jsonl')).trim().split('\n');
      expect(requirements.map((line) => JSON.parse(line).title).sort()).toEqual([
        'Saved filters',
        'Shared filters',
      ]);
      expect(await left('shop-version')).toBe('4.1.0');
      expect(await left('shop-restarts')).toBe('');
      // Main is as it was: a push would have brought the documentation up to date.
      expect(await left('repository/docs/retry.md')).toContain('three');
    });

    it('acts on the decision that a run was left waiting for, once it comes from the command line', async () => {
      expect(demo.waiting.map(({ tool, run_id }) => ({ tool, run_id }))).toEqual([
        { tool: 'deploy', run_id: runOf('ops-deploy-waiting').run_id },
      ]);
      const token = found(demo.people.find(({ email }) => email === PEOPLE.joan.email)).token;
      const { approval_id, run_id } = found(demo.waiting[0]);
      const as = ['--url', system.serviceUrl, '--token', token];
      expect((await tollgate(['approvals', 'list', ...as])).stdout).toContain(approval_id);
      expect((await tollgate(['approvals', 'show', approval_id, ...as])).stdout).toContain('4.3.0');
      const decided = await tollgate([
        'approvals',
        'approve',
        approval_id,
        '--reason',
        'Staging is green.',
        ...as,
      ]);
      expect(decided).toMatchObject({ code: 0, stdout: `${approval_id} is approved\n` });
      const until = Date.now() + 20_000;
      const ended = await waitUntil({ until, waitingFor: 'the deploy' }, async () => {
        const { run } = await readEvidence(api, run_id);
        return run.status === 'unsealed' ? undefined : run.status;
      });
      expect(ended).toBe('completed');
      expect(await left('shop-version')).toBe('4.3.0');
    });
  });
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not found');
  return value;
}

function sorted(
  flags: readonly { control: string; severity: string; scenario: string }[],
): readonly string[] {
  return flags.map(({ control, severity, scenario }) => `${control} ${severity} ${scenario}`).sort();
}
