import { type FinalStatus, spanName, TOLLGATE } from '@tollgate/contract';
import type { Entry } from '../evidence/entry.ts';
import type { Fact } from '../face.ts';
import type { MaskText } from '../redaction/mask.ts';
import type { GovernedRun } from './governed-run.ts';

export function startEntry(run: GovernedRun, verified: boolean, input: unknown): Entry {
  const { initiator, resumed, before } = run;
  return {
    kind: 'run_started',
    spanName: spanName.run(run.process.policy.workflow),
    fields: {
      actor: initiator,
      detail: { initiator_verified: verified, ...(resumed ? { resumed: true, before } : {}) },
    },
    attributes: { 'gen_ai.operation.name': 'invoke_workflow', [TOLLGATE.initiator]: initiator },
    // A run without an input has one to show: null.
    content: { input: input ?? null },
  };
}

/**
 * What the output states; whether a source or the model's inference stands behind it is metadata, masked as a note is; the
 * statement is content.
 */
export function citeEntry(workflow: string, fact: Fact, mask: MaskText): Entry {
  const { statement } = fact;
  const origin =
    fact.origin === 'inference'
      ? { origin: fact.origin, model: fact.model }
      : { origin: fact.origin, system: mask(fact.system), reference: mask(fact.reference) };
  return {
    kind: 'source_cited',
    spanName: spanName.cite(workflow),
    fields: { detail: origin, ...(fact.origin === 'inference' ? { model: fact.model } : {}) },
    content: { output: statement },
  };
}

export function escalateEntry(name: string, reason: string, to: string): Entry {
  return { kind: 'escalated', spanName: name, fields: { detail: { to } }, content: { output: reason } };
}

export interface Ending {
  readonly status: FinalStatus;
  readonly output: unknown;
  readonly errorType: string | undefined;
  /** Calls that did not end although they were told to. */
  readonly unfinished: number;
}

/** States count and head of this writer's chain, so that a missing tail shows. */
export function sealEntry(run: GovernedRun, ending: Ending): Entry {
  const { identity, position } = run.evidence;
  const { status, output, errorType, unfinished } = ending;
  return {
    kind: 'run_sealed',
    spanName: spanName.run(identity.workflow),
    fields: {
      final_status: status,
      detail: {
        writers: [{ writer: identity.writer, ...position }],
        cost_usd: run.spentUsd(),
        model_calls: run.modelCalls,
        unpriced_calls: run.unpricedCalls,
        denials: run.denials,
        errors: run.errors,
        ...(unfinished === 0 ? {} : { unfinished_calls: unfinished }),
      },
    },
    attributes: { 'gen_ai.operation.name': 'invoke_workflow', [TOLLGATE.finalStatus]: status },
    content: { output: output ?? null },
    errorType,
  };
}
