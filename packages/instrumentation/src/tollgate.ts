import { TollgateError } from '@tollgate/contract';
import type { ResumeOptions, Run, RunOptions, ShutdownReport, Tollgate, ToolDefinition } from './face.ts';
import { gateTool } from './gate/tool.ts';
import { activeRun } from './run/active-run.ts';
import { executeRun, resumeRun } from './run/execute-run.ts';
import type { GovernedRun } from './run/governed-run.ts';
import type { GovernedProcess } from './run/process.ts';

const SHUTDOWN_MS = 5000;

/** The public face over what `start` has opened. `runs` holds the runs that are active, for as long as they are. */
export function openTollgate(
  process: GovernedProcess,
  runs: Map<string, GovernedRun>,
  strictTools: boolean,
): Tollgate {
  const { policy, outbox, writer } = process;
  return {
    workflow: policy.workflow,
    policyVersion: policy.policy_version,
    writer,
    tool<A, R>(definition: ToolDefinition<A, R>) {
      if (strictTools && !policy.allowed_tools.some(({ tool }) => tool === definition.name))
        throw new TollgateError(
          'invalid_workflow',
          `The workflow does not list the tool "${definition.name}".`,
        );
      return gateTool(process, definition);
    },
    run<O>(options: RunOptions, body: (run: Run) => O | Promise<O>) {
      return executeRun(process, runs, options, body);
    },
    resume<O>(options: ResumeOptions, body: (run: Run) => O | Promise<O>) {
      return resumeRun(process, runs, options, body);
    },
    currentRun() {
      const run = activeRun();
      return run?.process === process ? run : undefined;
    },
    flush: (timeoutMs = SHUTDOWN_MS) => outbox.flush(timeoutMs),
    async shutdown(timeoutMs = SHUTDOWN_MS): Promise<ShutdownReport> {
      for (const run of runs.values()) run.evidence.release();
      const depth = await outbox.close(timeoutMs);
      return {
        unsentRecords: depth.unsentFrames,
        unsentBytes: depth.unsentBytes,
        rejectedRecords: depth.rejectedFrames,
      };
    },
  };
}
