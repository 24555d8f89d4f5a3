import { type Enforcement, NOT_A_DENIAL, type Reason, TOLLGATE } from '@tollgate/contract';
import type { MaskText } from '../redaction/mask.ts';
import { ModelRefused, type Refusal, ToolRefused } from '../refused.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import { stopWorkflowIfMet } from '../run/stop-conditions.ts';
import { type Detail, gateEntry, type Ruling } from './entries.ts';
import { refusalMessage } from './message.ts';
import type { Call } from './prepare.ts';

/** Why not, as far as the gate can say. */
export interface Why {
  readonly field?: string | undefined;
  readonly expected?: string | undefined;
  readonly decidedBy?: string | undefined;
  readonly approverReason?: string | undefined;
  /** The service's own words, where it was the service that said no. */
  readonly service?: string | undefined;
}

const ENFORCEMENT: Partial<Record<Reason, Enforcement>> = {
  approval_refused: 'refused',
  approval_withdrawn: 'refused',
  approval_expired: 'expired',
};

/** Puts the refusal of a tool call on record, and makes the error that tells the agent. Never throws. */
export async function refuseTool(
  run: GovernedRun,
  call: Call,
  ruling: Ruling,
  why: Why = {},
): Promise<ToolRefused> {
  const enforcement = ENFORCEMENT[ruling.reason] ?? 'blocked';
  if (!NOT_A_DENIAL.includes(ruling.reason)) run.denials += 1;
  const { field, expected, decidedBy, approverReason } = why;
  const decision: Refusal = {
    verdict: ruling.verdict,
    reason: ruling.reason,
    enforcement,
    actionClass: ruling.actionClass,
    callId: call.id,
    field,
    expected,
    approvalId: ruling.approvalId,
    decidedBy,
    approverReason,
  };
  const refusal = new ToolRefused(
    call.tool.name,
    refusalMessage(call.tool.name, ruling.reason, why),
    decision,
  );
  run.noteRefusal(refusal);
  const detail = detailOf(why, run.process.masks.text);
  await run.evidence.write(gateEntry(call, ruling, enforcement, { detail }), { reserve: true });
  await stopWorkflowIfMet(run);
  return refusal;
}

/** The same for a model call that was not made. */
export async function refuseModel(
  run: GovernedRun,
  model: string,
  about: { reason: Reason; field?: string; expected?: string; detail?: Detail },
): Promise<ModelRefused> {
  const { reason, field, expected, detail } = about;
  const facts = { verdict: 'deny', reason, enforcement: 'blocked' } as const;
  const refusal = new ModelRefused(model, refusalMessage(model, reason, about), {
    ...facts,
    actionClass: null,
    callId: run.callId(undefined),
    field,
    expected,
  });
  run.noteRefusal(refusal);
  const attributes = {
    [TOLLGATE.verdict]: 'deny',
    [TOLLGATE.reason]: reason,
    [TOLLGATE.enforcement]: 'blocked',
  };
  await run.evidence.write(
    {
      kind: 'gate_decided',
      spanName: `gate ${model}`,
      fields: {
        ...facts,
        model,
        detail: { ...detailOf({ field, expected }, run.process.masks.text), ...detail },
      },
      attributes,
    },
    { reserve: true },
  );
  return refusal;
}

/**
 * The approver's words are in the service's own record; here is who decided, and which field it was. Names of fields may be the
 * model's, and what is expected of them may name them.
 */
function detailOf({ field, expected, decidedBy, service }: Why, mask: MaskText): Detail {
  const masked = (text: string | undefined) => (text === undefined ? undefined : mask(text));
  const facts = {
    field: masked(field),
    expected: masked(expected),
    decided_by: decidedBy,
    service: masked(service),
  };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
