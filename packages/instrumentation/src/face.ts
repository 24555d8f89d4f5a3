import type { Attributes } from '@opentelemetry/api';
import type { BudgetPeriod, FinalStatus, ToolHints, Usd } from '@tollgate/contract';
import type { Refused } from './refused.ts';

/** Where the workflow file is: a path, or its text. */
export type WorkflowSource = string | { readonly yaml: string };

/** So much of a limit is used up. The service flags it as well. */
export interface BudgetWarning {
  readonly runId: string;
  readonly limit: BudgetPeriod;
  /** Whole percent, one of the workflow's `budget.warn_at`. */
  readonly percent: number;
}

/** What `start` needs. Each field but `workflow` has an environment variable and a default. */
export interface StartOptions {
  readonly workflow: WorkflowSource;
  /** The query service. TOLLGATE_URL, or http://127.0.0.1:4319 */
  readonly url?: string | undefined;
  /** Where evidence goes. OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT + /v1/traces, or http://127.0.0.1:4318/v1/traces */
  readonly otlpUrl?: string | undefined;
  /** The agent's key, for service and collector. TOLLGATE_KEY */
  readonly key?: string | undefined;
  /** Directory of the durable outbox; several processes may share it. TOLLGATE_OUTBOX, or ./.tollgate/outbox */
  readonly outbox?: string | undefined;
  /** Most bytes of unsent evidence on disk before class 2 and 3 are refused. Default 256 MiB. */
  readonly outboxMaxBytes?: number | undefined;
  /** Resource attributes of the evidence's spans, e.g. those of the application's own OpenTelemetry set-up. */
  readonly resource?: Attributes | undefined;
  /** Throw at `tool()` for a name that the workflow does not list, rather than refuse and record its calls. */
  readonly strictTools?: boolean | undefined;
  /** Early warnings of the workflow's budget, each once a run: what the agent may do to spend less is its own matter. */
  readonly onBudgetWarning?: ((warning: BudgetWarning) => void) | undefined;
  /** Where loud messages go. Default: OpenTelemetry's `diag`, and errors to stderr as well. */
  readonly onProblem?: ((message: string) => void) | undefined;
}

/** What zod schemas and many others are, as far as a gate needs them. */
export interface Parameters<A> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: A }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

export interface ToolContext {
  readonly runId: string;
  readonly callId: string;
  /** Aborts with the run or with the call. */
  readonly signal: AbortSignal;
}

export interface ToolDefinition<A, R> {
  /** The tool's name in the workflow file. */
  readonly name: string;
  /** Data sources that this code reads, besides those that the workflow file names for the tool. */
  readonly reads?: readonly string[] | undefined;
  /** May raise the class of a call, never lower it. */
  readonly hints?: ToolHints | undefined;
  readonly parameters?: Parameters<A> | undefined;
  /** How to undo this call; otherwise the workflow file's text with `{argument}` filled in. */
  readonly rollbackNote?: ((args: A) => string) | undefined;
  /** Receives the arguments parsed back from their canonical JSON, the very bytes that were decided on. */
  readonly execute: (args: A, context: ToolContext) => R | Promise<R>;
}

export interface CallOptions {
  /** The run that the call belongs to. Default: the one whose body is executing. */
  readonly run?: Run | undefined;
  /** The framework's id of the call. */
  readonly callId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Why the agent wants it, shown to approvers as the agent's claim. */
  readonly purpose?: string | undefined;
}

/** A tool behind the gate. Every way to call it is the same gate. */
export interface GatedTool<A, R> {
  /** @throws ToolRefused when policy, an approver or the state of the system says no; what `execute` throws otherwise. */
  (args: A, options?: CallOptions): Promise<R>;
  /** The same tool, bound to a run. */
  in(run: Run): (args: A, options?: CallOptions) => Promise<R>;
  readonly toolName: string;
}

/** Tokens of one model call. Cache reads and creation are part of input, reasoning is part of output. Absent: unknown, which is not zero. */
export interface ModelUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cacheReadTokens?: number | undefined;
  readonly cacheCreationTokens?: number | undefined;
  /** Those of the cache creation that live for an hour, which costs more. */
  readonly cacheCreation1hTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
}

/** One call to a model, before it is made. */
export interface ModelCall {
  /** GenAI conventions' name, e.g. `openai`, `anthropic`. */
  readonly provider: string;
  readonly model: string;
  readonly operation?: 'chat' | 'text_completion' | 'generate_content' | 'embeddings' | undefined;
  /** Content: kept apart from metadata, erasable. */
  readonly input?: unknown;
  /** With both, the worst case is reserved from the budget before the call. */
  readonly maxInputTokens?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** The tier of the provider's service that is asked for, e.g. `batch`, `flex`, `priority`; it has prices of its own. */
  readonly serviceTier?: string | undefined;
  /** The most that this call can cost, for a model without a price. */
  readonly ceilingUsd?: Usd | undefined;
  /** About what this call costs, where nobody knows the most: a quarter more is reserved. */
  readonly estimateUsd?: Usd | undefined;
}

/** What came back of a model call. */
export interface ModelReport<O = unknown> {
  readonly usage?: ModelUsage | undefined;
  readonly responseId?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly output?: O | undefined;
  /** The tier that served the call, where the provider said so; otherwise the one that was asked for. */
  readonly serviceTier?: string | undefined;
  /** The cost that the provider itself reported; preferred over the price list, and kept beside its price. */
  readonly costUsd?: Usd | undefined;
}

/** A model call that happened elsewhere. */
export interface ModelUsageReport extends ModelCall, ModelReport {
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
}

/** A fact that an output states, and what it rests on. */
export type Fact =
  | {
      readonly statement: string;
      readonly origin: 'source';
      /** The system that the fact was read from, e.g. `crm`. */
      readonly system: string;
      /** Where in that system, e.g. `account/42`. */
      readonly reference: string;
    }
  | { readonly statement: string; readonly origin: 'inference'; readonly model: string };

export interface Escalation {
  readonly reason: string;
  /** Whom it goes to. Default: the owner of the workflow's escalation path. */
  readonly to?: string | undefined;
}

/** One execution of the workflow, inside `tollgate.run`. */
export interface Run {
  readonly id: string;
  readonly signal: AbortSignal;
  /**
   * Meters one model call: reserves from the budget, calls, settles, records. Returns what `call` returned.
   * @throws ModelRefused when the budget or the kill switch says no; what `call` throws otherwise.
   */
  model<T extends ModelReport>(about: ModelCall, call: () => Promise<T>): Promise<T>;
  /** Records a model call that happened elsewhere. */
  recordModelUsage(report: ModelUsageReport): Promise<void>;
  cite(fact: Fact): Promise<void>;
  /** Hands the run to a person; its final status is `escalated`. */
  escalate(escalation: Escalation): Promise<void>;
  /** US dollars that this run's metered calls have cost so far; unpriced calls not included. */
  spentUsd(): Usd;
  /** Every refusal so far, handled or not. */
  refusals(): readonly Refused[];
}

export interface RunOptions {
  /** Who or what started the run; recorded as claimed unless `initiatorToken` proves it. */
  readonly initiator: string;
  readonly initiatorToken?: string | undefined;
  /** Content: kept apart from metadata, erasable. */
  readonly input?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface ResumeOptions extends Pick<RunOptions, 'input' | 'signal'> {
  readonly runId: string;
}

export interface RunResult<O> {
  readonly runId: string;
  readonly status: FinalStatus;
  /** What the body returned; absent where it threw. */
  readonly output?: O;
  /** What the body threw: a Refused for `blocked`, `refused`, `expired`, `over_budget` and `suspended`. */
  readonly error?: unknown;
}

/** What `shutdown` could not send; it stays on disk, and the next process with this outbox sends it. */
export interface ShutdownReport {
  readonly unsentRecords: number;
  readonly unsentBytes: number;
  /** Records that the collector refused for good; see the outbox's `rejected` folder. */
  readonly rejectedRecords: number;
}

export interface Tollgate {
  readonly workflow: string;
  readonly policyVersion: string;
  /** The id under which this process writes evidence. */
  readonly writer: string;
  tool<A, R>(definition: ToolDefinition<A, R>): GatedTool<A, R>;
  /**
   * Registers a run, executes its body, and seals it. What the body throws ends up in the result, never as a rejection.
   * @throws TollgateError when the run cannot start: `policy_not_registered`, `workflow_suspended`, `service_unreachable` …
   */
  run<O>(options: RunOptions, body: (run: Run) => O | Promise<O>): Promise<RunResult<O>>;
  /**
   * Goes on with a run whose process is gone. The body runs again: a class-3 call that was asked for before gets its approval
   * back instead of a new one, and one that was dispatched is refused (`already_dispatched`), its outcome `unknown`, so
   * nothing that a person approved once happens twice. Give calls the same `callId` as before, where you can.
   * @throws TollgateError when the run cannot go on: `not_found`, `policy_not_registered`, `workflow_suspended` …
   */
  resume<O>(options: ResumeOptions, body: (run: Run) => O | Promise<O>): Promise<RunResult<O>>;
  /** The run whose body is executing here, if any. */
  currentRun(): Run | undefined;
  /** Waits until evidence has been sent, at most `timeoutMs`. */
  flush(timeoutMs?: number): Promise<void>;
  /** Idempotent. Sends what it can within `timeoutMs` (default 5 s) and says what is left. */
  shutdown(timeoutMs?: number): Promise<ShutdownReport>;
}
