import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  type ActionClass,
  type AgentKind,
  appendRecord,
  type ChainState,
  type RecordFields,
  startChain,
  TOLLGATE,
} from '@tollgate/contract';
import type { Committed } from '../outbox/group.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { nowNs } from './clock.ts';
import type { Content, SealContent, SealedContent } from './content.ts';
import { activeSpanContext, newSpanContext, SpanWriter } from './span.ts';

/** Who writes, and for which run: on every record and span. */
export interface RunIdentity {
  readonly runId: string;
  readonly writer: string;
  readonly workflow: string;
  readonly policyVersion: string;
  readonly owner: string;
  readonly team: string;
}

/** One fact, and the span that carries it. */
export interface Entry {
  readonly kind: AgentKind;
  readonly spanName: string;
  readonly fields?: Partial<RecordFields>;
  readonly attributes?: Attributes;
  readonly content?: Content;
  /** What a tool call is of; it decides how much of its content leaves the process. */
  readonly actionClass?: ActionClass | undefined;
  /** Absent: a zero-length span, now. */
  readonly startNs?: bigint | undefined;
  readonly endNs?: bigint | undefined;
  readonly client?: boolean;
  readonly errorType?: string | undefined;
}

/** How much a fact has to hold: `durable` is synced, `reserve` may use the outbox's last sixteenth. */
export interface Hold {
  readonly durable?: boolean;
  readonly reserve?: boolean;
}

/** What writing takes, the same for all runs of a process. */
export interface EvidenceMeans {
  readonly outbox: Outbox;
  readonly resource: Resource;
  readonly seal: SealContent;
  readonly problem: (message: string) => void;
}

interface Lost {
  count: number;
  readonly kinds: Record<string, number>;
  readonly why: Set<string>;
  readonly sinceNs: bigint;
}

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
    if (this.lost !== undefined && !this.writeGap(hold.reserve ?? false))
      return this.miss(entry.kind, 'outbox_full');
    try {
      return this.append(entry, hold) ?? this.appendBare(entry, hold) ?? this.miss(entry.kind, 'outbox_full');
    } catch (error) {
      this.onProblem(
        `a ${entry.kind} record of run ${this.identity.runId} could not be made: ${String(error)}`,
      );
      return this.miss(entry.kind, 'not_recordable');
    }
  }

  /** A refusal, a seal: where there is no room for its content, the fact itself still goes on record, and says so. */
  private appendBare(entry: Entry, hold: Hold): Promise<Committed> | undefined {
    if (hold.reserve !== true || entry.content === undefined) return undefined;
    const { content: _, ...bare } = entry;
    const detail = { ...entry.fields?.detail, content_left_out: true };
    return this.append({ ...bare, fields: { ...entry.fields, detail } }, hold);
  }

  /** Records of this run are lost (damaged on disk, refused for good); the next record says so. */
  noteLoss(count: number, why: string): void {
    for (let index = 0; index < count; index++) void this.miss('unknown', why);
  }

  private append(entry: Entry, hold: Hold) {
    const at = nowNs();
    const sealed = entry.content === undefined ? NOTHING_SEALED : this.seal(entry.content, entry.actionClass);
    const { text, next } = appendRecord(this.chain, this.fieldsOf(entry, at, sealed.digests));
    const payload = this.payload(entry, at, [sealed.attributes, { [TOLLGATE.record]: text }]);
    const appended = this.outbox.append(
      { runId: this.identity.runId, payload },
      { durable: hold.durable ?? false, reserve: hold.reserve ?? false },
    );
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
    const parent = isRoot ? this.rootParent : (activeSpanContext() ?? this.root);
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
    this.lost ??= { count: 0, kinds: {}, why: new Set(), sinceNs: nowNs() };
    this.lost.count += 1;
    this.lost.kinds[kind] = (this.lost.kinds[kind] ?? 0) + 1;
    this.lost.why.add(why.slice(0, 200));
    return Promise.resolve('unavailable');
  }

  /**
   * A gap is itself a record: as soon as there is room, what is missing is said, before anything else is. The reserve is
   * for what may use it: a gap a call would use it up.
   */
  private writeGap(reserve: boolean): boolean {
    const lost = this.lost;
    if (lost === undefined) return true;
    const detail = {
      lost: lost.count,
      kinds: { ...lost.kinds },
      why: [...lost.why].slice(0, 8),
      since: String(lost.sinceNs),
    };
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
