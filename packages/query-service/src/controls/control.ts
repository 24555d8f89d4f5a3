import {
  type ActionClass,
  CONTROL_RULES,
  type ControlName,
  canonicalJson,
  type JsonValue,
  type Requirements,
  type Severity,
  sha256Hex,
} from '@tollgate/contract';
import type { z } from 'zod';
import { plainText, wellFormed } from '../records/plain-text.ts';
import { judgeApart } from './own-evidence.ts';
import { parsed } from './parsed.ts';

/** What a control found: one break of one rule. */
export interface Finding {
  /** What is judged as a whole, and healed as a whole: a run id, or `workflow/day/2026-11-23` and the like. */
  readonly scope: string;
  /** Tells apart the findings of one control in one scope, and stays the same when more evidence arrives. */
  readonly key: string;
  readonly run_id: string | null;
  /** Where it is about no run: the chain in whose rows it was found, judged again when its time comes. */
  readonly judged_with?: string;
  readonly workflow: string;
  readonly owner: string;
  readonly team: string;
  /** One sentence for the person who has to act. */
  readonly summary: string;
  /**
   * Whose keys sent what shows it, where that is not the run's own evidence: principals other than the one that registered the run. The flag
   * names them. It suspends no workflow, which has not done what others say of it.
   */
  readonly strangers?: readonly string[];
  /** What raised it, small enough to show; never content. */
  readonly evidence: { readonly [field: string]: JsonValue };
  /** Since when it could be known (ns since 1970, by the store's or service's clock). The control's grace counts from here. */
  readonly since: bigint;
  /** Where it differs from the control's own. */
  readonly severity?: Severity;
  /** When it is due, or was (ns since 1970). A finding is judged again at that time. */
  readonly due_at?: bigint;
  /** When it is judged again although nothing new may arrive in the store. */
  readonly recheck_at?: bigint;
}

/** Every registered policy, as the service itself recorded it. */
export interface PolicyBook {
  /** The requirements of one version, or undefined where the service never registered it. */
  readonly at: (workflow: string, policy_version: string) => Requirements | undefined;
  /** The version in force at a time (ns): the newest one registered until then, else the oldest. */
  readonly inForce: (workflow: string, time: bigint) => Requirements | undefined;
}

/** One run as the service registered it. */
export interface RegisteredRun {
  readonly run_id: string;
  readonly workflow: string;
  readonly policy_version: string;
  readonly owner: string;
  readonly team: string;
  /** Whom the key that registered it speaks for. */
  readonly principal: string;
  readonly initiator: string;
  /** The process that registered it, then each that resumed it; each writes a chain of its own. */
  readonly writers: readonly string[];
  readonly registered_at: bigint;
  /** Under an id that the service did not give. */
  readonly late: boolean;
}

/** One approval as the service recorded it. Positions are the service's order of receipt; no clock is compared. */
export interface RecordedApproval {
  readonly approval_id: string;
  readonly run_id: string;
  readonly workflow: string;
  readonly policy_version: string;
  readonly tool: string;
  readonly call_id: string;
  readonly requested_by: string;
  readonly decisions: readonly {
    readonly by: string;
    readonly decision: 'approved' | 'refused';
    readonly position: bigint;
  }[];
  /** Who let the call through without an approval. */
  readonly glass?: { readonly by: string; readonly position: bigint } | undefined;
  readonly consumptions: readonly { readonly call_id: string; readonly position: bigint }[];
}

/** One incident as the service knows it. Times are nanoseconds since 1970, by the service's clock. */
export interface RecordedIncident {
  /** Null where its flag is about no run. */
  readonly run_id: string | null;
  readonly flag_id: string | null;
  readonly control: string;
  readonly due_at: bigint;
  /** Its host; null where the file names none. */
  readonly webhook: string | null;
  readonly delivered_at: bigint | undefined;
  readonly given_up_at: bigint | undefined;
  readonly acknowledged_at: bigint | undefined;
  /** Whether its flag was cleared by the system. */
  readonly closed: boolean;
}

/** What rules may rest on, besides the agents' claims in the rows: only what the service itself recorded. */
export interface JudgeContext {
  /** Nanoseconds since 1970, by the service's clock. */
  readonly now: bigint;
  readonly policies: PolicyBook;
  readonly run: (run_id: string) => RegisteredRun | undefined;
  /** The one team whose keys sent something of a run, '' where there are several; undefined where none of them is known. */
  readonly senderTeam: (run_id: string) => string | undefined;
  readonly approval: (approval_id: string) => RecordedApproval | undefined;
  readonly incident: (notification_id: string) => RecordedIncident | undefined;
  /** How many approvals of the run wait for a person. */
  readonly waiting: (run_id: string) => number;
  /** What the ledger counts against the run, reserved included (USD); undefined where it has no lease of it. */
  readonly ledger: (run_id: string) => string | undefined;
  readonly registeredWorkflow: (workflow: string) => boolean;
}

/** An example for people and for the table test, judged in the context of `examples.ts`. */
interface Example<Row> {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** One rule over stored evidence, as its file writes it. */
interface ControlDefinition<Row> {
  /** Names the control rule of the contract that it checks, and is the control's own name. */
  readonly control: ControlName;
  readonly severity: Severity;
  readonly description: string;
  /** A finding counts only this long after `since`: what is still on its way is not missing yet. */
  readonly graceSeconds: number;
  /** What it means when a finding is gone; said on the flag that it clears. */
  readonly clears: string;
  /** Candidate rows of the runs `{runs:Array(UUID)}`, with columns named as in `row`. */
  readonly query: string;
  /** Where the query costs much and seldom has rows: it is asked only of the runs, as `run_id`, that this one gives. */
  readonly suspects?: string;
  readonly row: z.ZodType<Row>;
  /** Pure. Several findings with one scope and key count as one of them. */
  readonly judge: (rows: readonly Row[], context: JudgeContext) => readonly Finding[];
  /** Set where what is missing proves itself, whoever brings it: then what others send may clear what a run's own evidence shows. */
  readonly othersMayClear?: boolean;
  /** Scopes other than the runs that these rows settle. */
  readonly scopes?: (rows: readonly Row[]) => readonly string[];
  readonly examples: { readonly passes: readonly Example<Row>[]; readonly fails: readonly Example<Row>[] };
}

/** A control whose row type was checked where it was defined, so that the evaluator can hold all of them in one list. */
export interface Control extends Omit<ControlDefinition<unknown>, 'row' | 'judge' | 'scopes'> {
  readonly rule: string;
  /** The action classes that it guards. */
  readonly classes: readonly ActionClass[];
  readonly judge: (rows: readonly unknown[], context: JudgeContext) => readonly Finding[];
  readonly scopes: (rows: readonly unknown[]) => readonly string[];
}

/** Closes a definition over its row type. Rows come from the database, so they are parsed before they are judged. */
export function defineControl<Row>(definition: ControlDefinition<Row>): Control {
  const { row, scopes, ...rest } = definition;
  const { rule, classes } = CONTROL_RULES[rest.control];
  return {
    ...rest,
    rule,
    classes,
    judge: (rows, context) => distinct(judgeApart(definition, parsed(row, rows), context).map(storable)),
    scopes: (rows) => (scopes === undefined ? [] : scopes(parsed(row, rows))),
  };
}

/** As long as a name may be, in characters; of a key, so that a database can index it. */
const LONGEST_NAME = 256;
const LONGEST_KEY = 256;
/** As many as a flag names. */
const MOST_STRANGERS = 20;

/**
 * A finding that can be written down, whatever names an agent gave what it is about: one flag that cannot be raised would hold
 * up all the others. Pure.
 */
function storable({ key, workflow, owner, team, summary, evidence, strangers, ...rest }: Finding): Finding {
  const nameOf = (text: string) => plainText(text.slice(0, LONGEST_NAME));
  const named = strangers === undefined ? {} : { strangers: strangers.slice(0, MOST_STRANGERS) };
  return {
    ...rest,
    ...named,
    key: key.length > LONGEST_KEY ? sha256Hex(key) : key.toWellFormed(),
    ...{ workflow: nameOf(workflow), owner: nameOf(owner), team: nameOf(team) },
    ...{ summary: plainText(summary), evidence: wellFormed({ ...evidence, ...named }) },
  };
}

/**
 * The store gives rows in any order, so which of several findings stands for all must not depend on it: else flags flicker. Of those
 * that say the same, the one that could be known first.
 */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const identity = JSON.stringify([finding.scope, finding.key]);
    const known = seen.get(identity);
    if (known === undefined || goesBefore(finding, known)) seen.set(identity, finding);
  }
  return [...seen.values()];
}

function goesBefore(a: Finding, b: Finding): boolean {
  const [text, other] = [textOf(a), textOf(b)];
  return text < other || (text === other && a.since < b.since);
}

const textOf = ({ summary, evidence }: Finding): string => canonicalJson({ summary, evidence });
