import {
  addUsd,
  type LeaseRequest,
  type ResumedRun,
  type RunRegistrationRequest,
  type SettleRequest,
  spanName,
  type Usd,
} from '@tollgate/contract';
import { randomHex } from '../evidence/random-hex.ts';
import { RunEvidence } from '../evidence/run-evidence.ts';
import type { Escalation, Fact, ModelCall, ModelReport, ModelUsageReport, Run, RunOptions } from '../face.ts';
import { CallMoulds } from '../gate/call-moulds.ts';
import { OpenRequests } from '../gate/open-requests.ts';
import type { OpenToolCall } from '../gate/open-tool-call.ts';
import { isCapped } from '../model/admission.ts';
import { type BudgetMeter, localBudgetMeter } from '../model/budget-meter.ts';
import { lateBudgetMeter } from '../model/late-budget-meter.ts';
import { LeasedBudgetMeter } from '../model/leased-budget-meter.ts';
import { meter, type OpenCall, recordUsage } from '../model/meter.ts';
import type { Refused } from '../refused.ts';
import { citeEntry, escalateEntry } from './entries.ts';
import type { GovernedProcess } from './process.ts';

/** Registered with the service; not yet, because it did not answer; or refused by it afterwards. */
export type Registration = 'registered' | 'late' | 'refused';

/** More calls than that get ids of our own. */
const MAX_CALL_IDS = 100_000;

/** One run's state in this process. */
export class GovernedRun implements Run {
  readonly id: string;
  readonly process: GovernedProcess;
  readonly evidence: RunEvidence;
  readonly budget: BudgetMeter;
  readonly initiator: string;
  /** Another process started it: calls that it asked for may come again. */
  readonly resumed: boolean;
  /** What was on record of a resumed run, which its stop conditions go on from; null where that is not known. */
  readonly before: ResumedRun['before'];
  readonly controller = new AbortController();
  readonly signal: AbortSignal = this.controller.signal;
  registration: Registration;
  denials = 0;
  errors = 0;
  ended = false;
  /** This run has met a stop condition, and the service was told. */
  stopped = false;
  escalated = false;
  unpricedCalls = 0;
  modelCalls = 0;
  /** Dispatched, and not yet heard of: at the end of the run their usage is unknown. */
  readonly openModelCalls = new Set<OpenCall>();
  /** Dispatched, and not yet heard of: at the end of the run their outcome is unknown. */
  readonly openToolCalls = new Set<OpenToolCall>();
  readonly requests = new OpenRequests();
  readonly moulds: CallMoulds;
  private readonly lateRequest: RunRegistrationRequest;
  private registering: Promise<void> | undefined;
  private inFlight = 0;
  private idle: (() => void) | undefined;
  private readonly callIds = new Map<string, number>();
  private readonly refused: Refused[] = [];
  private knownCost: Usd = '0';

  /** @param resumed of a run that another process started: the writer id, as every process writes a chain of its own */
  constructor(
    process: GovernedProcess,
    id: string,
    registration: Registration,
    options: RunOptions,
    resumed?: { readonly writer: string; readonly before: ResumedRun['before'] },
  ) {
    const { policy } = process;
    const writer = resumed?.writer ?? process.writer;
    this.resumed = resumed !== undefined;
    this.before = resumed?.before ?? null;
    this.denials = this.before?.denials ?? 0;
    this.errors = this.before?.errors ?? 0;
    this.process = process;
    this.id = id;
    this.registration = registration;
    this.initiator = options.initiator;
    this.lateRequest = {
      workflow: policy.workflow,
      policy_version: policy.policy_version,
      writer,
      run_id: id,
      initiator: options.initiator,
      ...(options.initiatorToken === undefined ? {} : { initiator_token: options.initiatorToken }),
    };
    this.evidence = new RunEvidence(
      {
        runId: id,
        writer,
        workflow: policy.workflow,
        policyVersion: policy.policy_version,
        owner: policy.owner.email,
        team: policy.team,
      },
      process,
    );
    this.moulds = new CallMoulds(this.evidence);
    this.budget = this.budgetMeter(writer);
  }

  private budgetMeter(writer: string): BudgetMeter {
    const { policy, client, onBudgetWarning } = this.process;
    const { budget_limit: limit } = policy;
    if (!isCapped(limit)) return localBudgetMeter(limit);
    const ledger = {
      writer,
      lease: (request: LeaseRequest) => client.lease(this.id, request),
      settle: (request: SettleRequest) => client.settle(this.id, request),
    };
    const leased = new LeasedBudgetMeter(limit, ledger, (warnings) => {
      for (const warning of warnings) onBudgetWarning({ ...warning, runId: this.id });
    });
    if (this.registration === 'registered') return leased;
    return lateBudgetMeter(limit, () => this.registration === 'registered', leased);
  }

  model<T extends ModelReport>(about: ModelCall, call: () => Promise<T>): Promise<T> {
    return this.track(meter(this, about, call));
  }

  recordModelUsage(report: ModelUsageReport): Promise<void> {
    return recordUsage(this, report);
  }

  async cite(fact: Fact): Promise<void> {
    const { policy, masks } = this.process;
    await this.evidence.write(citeEntry(policy.workflow, fact, masks.text));
  }

  async escalate({ reason, to = this.process.policy.owner.escalation.email }: Escalation): Promise<void> {
    this.escalated = true;
    await this.evidence.write(escalateEntry(spanName.escalate(this.process.policy.workflow), reason, to), {
      reserve: true,
    });
  }

  spentUsd(): Usd {
    return this.knownCost;
  }

  refusals(): readonly Refused[] {
    return [...this.refused];
  }

  noteRefusal(refusal: Refused): void {
    this.refused.push(refusal);
  }

  countModelCall(cost: Usd | null): void {
    this.modelCalls += 1;
    if (cost === null) this.unpricedCalls += 1;
    else this.knownCost = addUsd(this.knownCost, cost);
  }

  /** A call id that is this run's own: the framework's, unless it was used before. */
  callId(wanted: string | undefined): string {
    if (wanted === undefined || wanted === '') return randomHex(32);
    const id = wanted.toWellFormed().slice(0, 128);
    const before = this.callIds.get(id) ?? 0;
    if (before === 0 && this.callIds.size >= MAX_CALL_IDS) return randomHex(32);
    this.callIds.set(id, before + 1);
    return before === 0 ? id : this.callId(`${id.slice(0, 110)}#${before + 1}`);
  }

  /** The run is not sealed before this is over. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.enter();
    try {
      return await work;
    } finally {
      this.leave();
    }
  }

  /** The same, for who cannot afford a promise: each `enter` has its `leave`. */
  enter(): void {
    this.inFlight += 1;
  }

  leave(): void {
    this.inFlight -= 1;
    if (this.inFlight === 0) this.idle?.();
  }

  /** Tells what is still under way to stop, and waits for it, at most `ms`. Returns how much did not. */
  async settle(ms: number): Promise<number> {
    const ending = new DOMException('the run has ended', 'AbortError');
    if (this.inFlight > 0) await this.stopInFlight(ending, ms);
    const unfinished = this.openToolCalls.size;
    await Promise.all([...this.openToolCalls].map((call) => call.lost()));
    await Promise.all([...this.openModelCalls].map((call) => call.failed(ending)));
    return unfinished;
  }

  private async stopInFlight(ending: DOMException, ms: number): Promise<void> {
    this.controller.abort(ending);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Tries to register a run that started while the service was away. */
  async registerLate(): Promise<void> {
    if (this.registration !== 'late') return;
    this.registering ??= this.registerOnce().finally(() => {
      this.registering = undefined;
    });
    await this.registering;
  }

  private async registerOnce(): Promise<void> {
    const answer = await this.process.client.registerRun(this.lateRequest);
    if (answer.kind === 'ok') this.registration = 'registered';
    if (answer.kind === 'refused') {
      this.registration = 'refused';
      this.process.problem(`run ${this.id} could not be registered late: ${answer.message}`);
    }
  }
}
