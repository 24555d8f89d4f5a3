import type { Resource } from '@opentelemetry/resources';
import {
  type AgentKind,
  appendRecord,
  type ChainState,
  type OptionalCallField,
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
import { recordFields } from './record-fields.ts';
import { type RunIdentity, RunSpans } from './run-spans.ts';
import { activeSpanContext } from './span.ts';

/** What writing takes, the same for all runs of a process. */
export interface EvidenceMeans {
  readonly outbox: Outbox;
  readonly resource: Resource;
  readonly seal: SealContent;
  readonly problem: (message: string) => void;
}

/** Undefined: there is no room. */
type Appending = Promise<Committed> | undefined;

/** Ends of calls: nothing happens on the strength of them, so intents of other calls may come after. */
const ENDS: readonly AgentKind[] = ['tool_called', 'tool_finished'];
const NOTHING_HELD: Hold = {};
const NOTHING_SEALED: SealedContent = { digests: undefined, attributes: {} };

/** One run's chain of records by this writer, each on a span of its own, in the order of the chain. */
export class RunEvidence {
  readonly identity: RunIdentity;
  private readonly outbox: Outbox;
  private readonly seal: SealContent;
  private readonly spans: RunSpans;
  private readonly onProblem: (message: string) => void;
  private readonly heldBack = new HeldBack();
  private chain: ChainState;
  private lost: Lost | undefined;
  /** Something of this run had to be synced before it happened. */
  hasSynced = false;

  constructor(identity: RunIdentity, means: EvidenceMeans) {
    this.identity = identity;
    this.outbox = means.outbox;
    this.seal = means.seal;
    this.spans = new RunSpans(identity, means.resource);
    this.onProblem = means.problem;
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
  write(entry: Entry, hold: Hold = NOTHING_HELD): Promise<Committed> {
    return this.put(entry.kind, hold, () => this.append(entry, hold) ?? this.appendBare(entry, hold));
  }

  /** The same for a call that has a mould. */
  writeCall(mould: CallMould, call: MouldedCall, hold: Hold = NOTHING_HELD): Promise<Committed> {
    return this.put(mould.kind, hold, () => this.appendCall(mould, call, hold));
  }

  /**
   * What is the same in all entries of one kind for a tool. @throws as for what is no record
   * @param entry one of them, without what `MouldedCall` holds; its content says which digests there are
   */
  mould(
    { kind, spanName, fields, attributes = {}, content, actionClass }: Entry,
    hasNote: boolean,
  ): CallMould {
    const { workflow, policyVersion, owner, team } = this.identity;
    const common = { ...fields, kind, workflow, policy_version: policyVersion, owner, team };
    const has: OptionalCallField[] = hasNote ? ['rollback_note'] : [];
    if (content?.arguments !== undefined) has.push('arguments');
    if (content?.result !== undefined) has.push('result');
    const record = recordMould(this.chain, common, has);
    return { kind, spanName, actionClass, record, attributes: this.spans.attributesOf(attributes) };
  }

  /**
   * Holds a fact back until the end of this turn of the event loop, until something else than the end of a call goes on
   * record, or until what follows from it is said together with it, whichever is first.
   */
  holdBack(record: () => void): HeldFact {
    return this.heldBack.hold(record);
  }

  /** Puts on record what is held back. */
  release(): void {
    this.heldBack.release();
  }

  /** Now, under the application's active span: for a fact that is not put on record at once. */
  moment(): Moment {
    return { ns: nowNs(), parent: activeSpanContext() };
  }

  /** Records of this run are lost (damaged on disk, refused for good); the next record says so. */
  noteLoss(count: number, why: string): void {
    for (let index = 0; index < count; index++) void this.miss('unknown', why);
  }

  private put(kind: AgentKind, hold: Hold, append: () => Appending): Promise<Committed> {
    if (!ENDS.includes(kind)) this.heldBack.release();
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

  private append(entry: Entry, hold: Hold): Appending {
    const at = entry.moment?.ns ?? nowNs();
    const sealed = entry.content === undefined ? NOTHING_SEALED : this.seal(entry.content, entry.actionClass);
    const { text, next } = appendRecord(this.chain, recordFields(this.identity, entry, at, sealed.digests));
    const own = [sealed.attributes, { [TOLLGATE.record]: text }];
    return this.commit(this.spans.ofEntry(entry, at, this.chain.seq === 0, own), next, hold);
  }

  private appendCall(mould: CallMould, call: MouldedCall, hold: Hold): Appending {
    const { digests, attributes } = this.seal(call.content, mould.actionClass);
    const { text, next } = mould.record(this.chain, {
      call_id: call.callId,
      time: String(call.moment.ns),
      arguments: digests?.['arguments'],
      result: digests?.['result'],
      rollback_note: call.rollbackNote,
    });
    const own = [attributes, { [TOLLGATE.record]: text }];
    return this.commit(this.spans.ofCall(mould, call, this.chain.seq === 0, own), next, hold);
  }

  private commit(
    payload: Uint8Array,
    next: ChainState,
    { durable = false, reserve = false }: Hold,
  ): Appending {
    const appended = this.outbox.append({ runId: this.identity.runId, payload }, { durable, reserve });
    if (appended.kind === 'full') return undefined;
    this.chain = next;
    this.hasSynced ||= durable;
    return appended.committed;
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
