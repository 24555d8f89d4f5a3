import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  type AgentKind,
  appendRecord,
  type ChainState,
  GEN_AI,
  type RecordFields,
  recordMould,
  startChain,
  TOLLGATE,
} from '@tollgate/contract';
import type { Committed } from '../outbox/group.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { CallMould, MouldedCall } from './call-mould.ts';
import { nowNs } from './clock.ts';
import type { SealContent, SealedContent } from './content.ts';
import type { Entry, Hold, Moment } from './entry.ts';
import { HeldBack, type HeldFact } from './held-back.ts';
import { Lost } from './lost.ts';
import { activeSpanContext, attributesOf, newSpanContext, SpanWriter } from './span.ts';

/** Who writes, and for which run: on every record and span. */
export interface RunIdentity {
  readonly runId: string;
  readonly writer: string;
  readonly workflow: string;
  readonly policyVersion: string;
  readonly owner: string;
  readonly team: string;
}

/** What writing takes, the same for all runs of a process. */
export interface EvidenceMeans {
  readonly outbox: Outbox;
  readonly resource: Resource;
  readonly seal: SealContent;
  readonly problem: (message: string) => void;
}

/** Ends of calls: nothing happens on the strength of them, so intents of other calls may come after. */
const ENDS: readonly string[] = ['tool_called', 'tool_finished'];
/** Undefined: there is no room. */
type Appending = Promise<Committed> | undefined;

const NOTHING_HELD: Hold = {};
const NOTHING_SEALED: SealedContent = { digests: undefined, attributes: {} };

/** One run's chain of records by this writer, each on a span of its own, in the order of the chain. */
export class RunEvidence {
  readonly identity: RunIdentity;
  private readonly outbox: Outbox;
  private readonly seal: SealContent;
  private readonly spans: SpanWriter;
  private readonly onProblem: (message: string) => void;
  private readonly root: SpanContext;
  private readonly rootParent: SpanContext | undefined;
  private readonly heldBack = new HeldBack((entry) => void this.putEntry(entry, {}));
  private chain: ChainState;
  private lost: Lost | undefined;

  constructor(identity: RunIdentity, means: EvidenceMeans) {
    this.identity = identity;
    this.outbox = means.outbox;
    this.seal = means.seal;
    this.spans = new SpanWriter(means.resource, identityAttributes(identity));
    this.onProblem = means.problem;
    this.rootParent = activeSpanContext();
    this.root = newSpanContext(this.rootParent);
    this.chain = startChain(identity.runId, identity.writer, identity.policyVersion);
  }

  /** Count and head of the chain so far, as `run_sealed` states them. */
  get position(): { readonly count: number; readonly head: string } {
    return { count: this.chain.seq, head: this.chain.head };
  }

  /**
   * Takes its place in the chain at once; the promise tells what became of it: with `unavailable`, whatever needed this
   * evidence must not happen. Never rejects.
   */
  write(entry: Entry, hold: Hold = {}): Promise<Committed> {
    if (!ENDS.includes(entry.kind)) this.heldBack.release();
    return this.putEntry(entry, hold);
  }

  /** What is the same in all `tool_called` entries of a tool: one of them, without what `MouldedCall` holds. @throws as for what is no record */
  mould({ kind, spanName, fields, attributes = {}, actionClass }: Entry): CallMould {
    const { workflow, policyVersion, owner, team } = this.identity;
    const common = { ...fields, kind, workflow, policy_version: policyVersion, owner, team };
    const record = recordMould(this.chain, common);
    return { spanName, actionClass, record, attributes: attributesOf(attributes) };
  }

  /** `write` for a call that has a mould. */
  writeCall(mould: CallMould, call: MouldedCall): Promise<Committed> {
    return this.put('tool_called', {}, () => this.appendCall(mould, call));
  }

  /**
   * Holds a fact back until the end of this turn of the event loop, until something else than the end of a call goes on
   * record, or until what follows from it is said together with it, whichever is first.
   */
  holdBack(entry: () => Entry): HeldFact {
    return this.heldBack.hold(entry);
  }

  /** Puts on record what is held back. */
  release(): void {
    this.heldBack.release();
  }

  /** Now, under the application's active span: for a fact that is not put on record at once. */
  moment(): Moment {
    return { ns: nowNs(), parent: activeSpanContext() };
  }

  private putEntry(entry: Entry, hold: Hold): Promise<Committed> {
    return this.put(entry.kind, hold, () => this.append(entry, hold) ?? this.appendBare(entry, hold));
  }

  private put(kind: AgentKind, hold: Hold, append: () => Appending): Promise<Committed> {
    if (this.lost !== undefined && !this.writeGap(hold.reserve ?? false))
      return this.miss(kind, 'outbox_full');
    try {
      return append() ?? this.miss(kind, 'outbox_full');
    } catch (error) {
      this.onProblem(`a ${kind} record of run ${this.identity.runId} could not be made: ${String(error)}`);
      return this.miss(kind, 'not_recordable');
    }
  }

  /** A refusal, a seal: where there is no room for its content, the fact itself still goes on record, and says so. */
  private appendBare(entry: Entry, hold: Hold): Appending {
    if (hold.reserve !== true || entry.content === undefined) return undefined;
    const { content: _, ...bare } = entry;
    const detail = { ...entry.fields?.detail, content_left_out: true };
    return this.append({ ...bare, fields: { ...entry.fields, detail } }, hold);
  }

  /** Records of this run are lost (damaged on disk, refused for good); the next record says so. */
  noteLoss(count: number, why: string): void {
    for (let index = 0; index < count; index++) void this.miss('unknown', why);
  }

  private append(entry: Entry, hold: Hold): Appending {
    const at = entry.moment?.ns ?? nowNs();
    const sealed = entry.content === undefined ? NOTHING_SEALED : this.seal(entry.content, entry.actionClass);
    const { text, next } = appendRecord(this.chain, this.fieldsOf(entry, at, sealed.digests));
    return this.commit(this.payload(entry, at, [sealed.attributes, { [TOLLGATE.record]: text }]), next, hold);
  }

  private appendCall(mould: CallMould, { callId, content, startNs, moment }: MouldedCall): Appending {
    const { digests, attributes } = this.seal(content, mould.actionClass);
    const { arguments: wanted = '', result = '' } = digests ?? {};
    const call = { call_id: callId, time: String(moment.ns), arguments: wanted, result };
    const { text, next } = mould.record(this.chain, call);
    const parent = moment.parent ?? this.root;
    const payload = this.spans.write({
      name: mould.spanName,
      startNs,
      endNs: moment.ns,
      spanContext: newSpanContext(parent),
      parent,
      client: false,
      written: mould.attributes,
      attributes: [{ [GEN_AI.toolCallId]: callId }, attributes, { [TOLLGATE.record]: text }],
    });
    return this.commit(payload, next, NOTHING_HELD);
  }

  private commit(
    payload: Uint8Array,
    next: ChainState,
    { durable = false, reserve = false }: Hold,
  ): Appending {
    const appended = this.outbox.append({ runId: this.identity.runId, payload }, { durable, reserve });
    if (appended.kind === 'full') return undefined;
    this.chain = next;
    return appended.committed;
  }

  /** Field by field: an object that is put together from spreads is several times as slow to read. */
  private fieldsOf(entry: Entry, at: bigint, digests: RecordFields['digests']): RecordFields {
    const { fields = {}, kind } = entry;
    const { workflow, policyVersion, owner, team } = this.identity;
    return {
      kind,
      time: String(at),
      workflow,
      policy_version: policyVersion,
      owner,
      team,
      digests,
      actor: fields.actor,
      action: fields.action,
      action_class: fields.action_class,
      tool: fields.tool,
      call_id: fields.call_id,
      model: fields.model,
      verdict: fields.verdict,
      reason: fields.reason,
      enforcement: fields.enforcement,
      outcome: fields.outcome,
      approval_id: fields.approval_id,
      rollback_note: fields.rollback_note,
      final_status: fields.final_status,
      usage: fields.usage,
      cost: fields.cost,
      detail: fields.detail,
    };
  }

  private payload(entry: Entry, at: bigint, own: readonly Attributes[]): Uint8Array {
    const isRoot = this.chain.seq === 0;
    const parent = isRoot ? this.rootParent : (parentOf(entry) ?? this.root);
    const endNs = entry.endNs ?? at;
    return this.spans.write({
      name: entry.spanName,
      startNs: entry.startNs ?? endNs,
      endNs,
      spanContext: isRoot ? this.root : newSpanContext(parent),
      parent,
      client: entry.client ?? false,
      errorType: entry.errorType,
      attributes: entry.attributes === undefined ? own : [entry.attributes, ...own],
    });
  }

  private miss(kind: string, why: string): Promise<Committed> {
    this.lost ??= new Lost();
    this.lost.add(kind, why);
    return Promise.resolve('unavailable');
  }

  /**
   * A gap is itself a record: as soon as there is room, what is missing is said, before anything else is. The reserve is
   * for what may use it: a gap a call would use it up.
   */
  private writeGap(reserve: boolean): boolean {
    if (this.lost === undefined) return true;
    const detail = this.lost.detail();
    const spanName = `gap ${this.identity.workflow}`;
    try {
      if (this.append({ kind: 'evidence_gap', spanName, fields: { detail } }, { reserve }) === undefined)
        return false;
    } catch {
      return false;
    }
    this.lost = undefined;
    return true;
  }
}

function parentOf({ moment }: Entry): SpanContext | undefined {
  return moment === undefined ? activeSpanContext() : moment.parent;
}

function identityAttributes(identity: RunIdentity): Attributes {
  return {
    [TOLLGATE.runId]: identity.runId,
    [TOLLGATE.writer]: identity.writer,
    [TOLLGATE.workflow]: identity.workflow,
    [TOLLGATE.policyVersion]: identity.policyVersion,
    [TOLLGATE.owner]: identity.owner,
    [TOLLGATE.team]: identity.team,
  };
}
