import { durationSeconds } from '../duration.ts';
import type { Usd } from '../money.ts';
import type { ActionClass, ContentCapture, Risk } from '../words.ts';
import type { Constraint } from '../workflow/constraint.ts';
import { policyVersion } from '../workflow/policy-version.ts';
import type { Workflow, WorkflowTool } from '../workflow/schema.ts';
import { classOf } from './classify.ts';
import { type IncidentPath, incidentPath } from './incident-path.ts';

export interface AllowedTool {
  readonly tool: string;
  readonly action: string;
  readonly action_class: ActionClass;
  readonly raised_by: readonly string[];
  readonly reads: readonly string[];
  readonly scope?: Readonly<Record<string, Constraint>> | undefined;
  readonly rollback?: string | undefined;
}

export interface ApprovalGate {
  readonly tool: string;
  readonly approvers: readonly string[];
  readonly expires_seconds: number;
  readonly needed: number;
  /** The initiator of a run and the requester never approve their own; always true. */
  readonly four_eyes: true;
}

export interface BudgetLimit {
  readonly currency: 'USD';
  readonly per_call?: Usd | undefined;
  readonly per_run?: Usd | undefined;
  readonly per_day?: Usd | undefined;
  readonly per_month?: Usd | undefined;
  readonly warn_at_percent: readonly number[];
}

/** What of inputs, outputs, arguments and results leaves the process, and what is masked in it before. */
export interface ContentPolicy {
  /** For what belongs to a tool call, by the class of the call. */
  readonly by_class: Readonly<Record<ActionClass, ContentCapture>>;
  /** For what belongs to no tool call: the run's input and output, and model calls. */
  readonly default: ContentCapture;
  readonly mask_secrets: boolean;
  /** Patterns for `linearPattern`. */
  readonly mask_patterns: readonly string[];
  /** Dotted paths under `arguments`, `result`, `input` or `output`; `*` is any one segment. */
  readonly mask_fields: readonly string[];
  readonly max_characters: number;
}

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** The eight runtime requirements of a workflow, and below them what policy needs besides. */
export interface Requirements {
  readonly workflow: string;
  readonly team: string;
  readonly policy_version: string;
  readonly allowed_tools: readonly AllowedTool[];
  /** Refused by name. Every tool that is not allowed is refused as well. */
  readonly blocked_tools: readonly string[];
  readonly approval_gates: readonly ApprovalGate[];
  readonly log_fields: readonly { readonly action_class: ActionClass; readonly fields: readonly string[] }[];
  readonly budget_limit: BudgetLimit;
  readonly owner: Person & { readonly escalation: Person; readonly incident: readonly string[] };
  readonly rollback_path: {
    readonly decided_by: string;
    readonly run?: string | undefined;
    readonly tools: Readonly<Record<string, string>>;
  };
  readonly review_cadence: {
    readonly sample_rate: number;
    readonly minimum_per_week: number;
    readonly deadline_seconds: number;
    readonly reviewers: readonly string[];
  } | null;

  readonly data: readonly string[];
  readonly risks: readonly Risk[];
  readonly stops_when: {
    readonly denials: number;
    readonly errors: number;
    /** US dollars spent by one run; undefined where only the budget limits it. */
    readonly spend_usd?: Usd | undefined;
    /** Whether a condition that is met also suspends the workflow. */
    readonly suspend_workflow: boolean;
    readonly also: readonly string[];
  };
  /** Who may let one waiting call through without its approval, and for how long; null: nobody. */
  readonly break_glass: { readonly people: readonly string[]; readonly expires_seconds: number } | null;
  /** What is an incident, where it is sent, and until when a person has to have acknowledged it; null: nobody is reached. */
  readonly incident_path: IncidentPath | null;
  readonly content_capture: ContentPolicy;
  readonly when_service_unreachable: Workflow['when_service_unreachable'];
}

/** The eight names, in the order in which tables show them. */
export const RUNTIME_REQUIREMENTS = [
  'allowed_tools',
  'blocked_tools',
  'approval_gates',
  'log_fields',
  'budget_limit',
  'owner',
  'rollback_path',
  'review_cadence',
] as const satisfies readonly (keyof Requirements)[];

const LOG_FIELDS = {
  1: ['input', 'output', 'cost', 'owner'],
  2: ['input', 'output', 'cost', 'owner', 'arguments', 'scope', 'rollback_note', 'result'],
  3: [
    'input',
    'output',
    'cost',
    'owner',
    'arguments',
    'scope',
    'rollback_note',
    'result',
    'approval',
    'receipt',
  ],
} as const satisfies Record<ActionClass, readonly string[]>;

/** What a run of this workflow needs at runtime. Pure: gate, command line, API and console all read this one answer. */
export function requirements(workflow: Workflow): Requirements {
  const allowed = workflow.tools.map((tool) => allowedTool(workflow, tool));
  return {
    workflow: workflow.workflow,
    team: workflow.team,
    policy_version: policyVersion(workflow),
    allowed_tools: allowed,
    blocked_tools: workflow.blocked_tools,
    approval_gates: workflow.tools.flatMap(approvalGate),
    log_fields: [...new Set(allowed.map((tool) => tool.action_class))]
      .sort()
      .map((action_class) => ({ action_class, fields: LOG_FIELDS[action_class] })),
    budget_limit: budgetLimit(workflow),
    owner: {
      ...workflow.owner,
      escalation: workflow.escalation ?? workflow.owner,
      incident: workflow.incident?.people ?? [],
    },
    rollback_path: {
      decided_by: workflow.owner.email,
      run: workflow.rollback,
      tools: Object.fromEntries(
        workflow.tools.flatMap((tool) => (tool.rollback === undefined ? [] : [[tool.name, tool.rollback]])),
      ),
    },
    review_cadence: reviewCadence(workflow),
    data: workflow.data,
    risks: workflow.risks,
    stops_when: { ...workflow.stops_when, suspend_workflow: workflow.stops_when.suspend_workflow ?? false },
    break_glass: breakGlass(workflow),
    incident_path: incidentPath(workflow),
    content_capture: contentPolicy(workflow),
    when_service_unreachable: workflow.when_service_unreachable,
  };
}

function allowedTool(workflow: Workflow, tool: WorkflowTool): AllowedTool {
  const { actionClass, raisedBy } = classOf(workflow, tool);
  return {
    tool: tool.name,
    action: tool.action,
    action_class: actionClass,
    raised_by: raisedBy,
    reads: tool.reads,
    scope: tool.scope,
    rollback: tool.rollback,
  };
}

/** The gate of a class-3 tool. A lower tool with an `approval` of its own keeps it too: a hint may raise it at run time. */
function approvalGate(tool: WorkflowTool): ApprovalGate[] {
  if (tool.approval === undefined) return [];
  const { approvers, expires, needed } = tool.approval;
  return [{ tool: tool.name, approvers, expires_seconds: durationSeconds(expires), needed, four_eyes: true }];
}

function budgetLimit({ budget }: Workflow): BudgetLimit {
  return {
    currency: 'USD',
    per_call: budget?.per_call,
    per_run: budget?.per_run,
    per_day: budget?.per_day,
    per_month: budget?.per_month,
    warn_at_percent: budget?.warn_at ?? [],
  };
}

function reviewCadence({ review }: Workflow): Requirements['review_cadence'] {
  if (review === undefined) return null;
  return {
    sample_rate: review.sample_rate,
    minimum_per_week: review.minimum_per_week,
    deadline_seconds: durationSeconds(review.deadline),
    reviewers: review.reviewers,
  };
}

function breakGlass({ break_glass: glass }: Workflow): Requirements['break_glass'] {
  return glass === undefined
    ? null
    : { people: glass.people, expires_seconds: durationSeconds(glass.expires) };
}

function contentPolicy({ content = {} }: Workflow): ContentPolicy {
  const { capture = 'full', by_class: byClass = {} } = content;
  return {
    by_class: { 1: byClass[1] ?? capture, 2: byClass[2] ?? capture, 3: byClass[3] ?? capture },
    default: capture,
    mask_secrets: content.mask_secrets ?? true,
    mask_patterns: content.mask_patterns ?? [],
    mask_fields: content.mask_fields ?? [],
    max_characters: content.max_characters ?? 262_144,
  };
}
