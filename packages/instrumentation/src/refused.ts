import type { ActionClass, Enforcement, Reason, Verdict } from '@tollgate/contract';

/** One refusal, in the words of DESIGN.md: what policy said, why, and what the gate did. */
export interface Refusal {
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly enforcement: Enforcement;
  readonly actionClass: ActionClass | null;
  readonly callId: string;
  /** The argument or limit that the reason is about, and what was expected of it. */
  readonly field?: string | undefined;
  readonly expected?: string | undefined;
  readonly approvalId?: string | undefined;
  /** The approver, and the approver's own words. */
  readonly decidedBy?: string | undefined;
  readonly approverReason?: string | undefined;
}

/** The gate said no. The message is meant to be read by the agent's model and by the person behind it. */
export class Refused extends Error {
  readonly reason: Reason;
  readonly decision: Refusal;

  constructor(message: string, decision: Refusal) {
    super(message);
    this.name = new.target.name;
    this.reason = decision.reason;
    this.decision = decision;
  }
}

/** A tool call that was not executed. */
export class ToolRefused extends Refused {
  readonly tool: string;

  constructor(tool: string, message: string, decision: Refusal) {
    super(message, decision);
    this.tool = tool;
  }
}

/** A model call that was not made. */
export class ModelRefused extends Refused {
  readonly model: string;

  constructor(model: string, message: string, decision: Refusal) {
    super(message, decision);
    this.model = model;
  }
}
