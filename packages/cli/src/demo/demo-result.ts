import type { RunStatus } from '@tollgate/contract';

/** What the demo needs to exist before it starts. */
export interface ProvisionSpec {
  readonly people: readonly {
    readonly name: string;
    readonly email: string;
    readonly roles: readonly ('owner' | 'reviewer' | 'approver')[];
    readonly teams: readonly string[];
  }[];
  /** One key for each workflow's agent. */
  readonly agents: readonly {
    readonly principal: string;
    readonly team: string;
    readonly workflows: readonly string[];
  }[];
}

export interface Provisioned {
  /** Agent keys (`tgk_…`) by principal. */
  readonly agentKeys: Readonly<Record<string, string>>;
  /** Personal tokens (`tgp_…`) by e-mail address. */
  readonly peopleTokens: Readonly<Record<string, string>>;
}

export interface DemoOptions {
  /** The query service, e.g. http://127.0.0.1:4319 */
  readonly serviceUrl: string;
  /** Where spans go, e.g. http://127.0.0.1:4318/v1/traces */
  readonly otlpUrl: string;
  /** Reads results and asks for an evaluation of the controls. */
  readonly admin: { readonly token: string };
  readonly provision: (spec: ProvisionSpec) => Promise<Provisioned>;
  /** For the outboxes and the small world that the tools work on. */
  readonly directory: string;
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Most milliseconds until everything is stored and judged. Default 180 000. */
  readonly timeoutMs?: number | undefined;
}

/** US dollars as decimal strings; unpriced calls are not in them. */
export interface DemoCost {
  readonly cost_usd: string;
  readonly calls: number;
  readonly unpriced_calls: number;
}

export interface DemoRun extends DemoCost {
  readonly scenario: string;
  readonly story: string;
  readonly workflow: string;
  readonly run_id: string;
  readonly status: RunStatus;
}

export interface DemoFlag {
  readonly flag_id: string;
  readonly control: string;
  readonly severity: string;
  readonly workflow: string;
  readonly run_id: string | null;
  readonly summary: string;
}

export interface DemoApproval {
  readonly approval_id: string;
  readonly workflow: string;
  readonly run_id: string;
  readonly tool: string;
  readonly expires_at: string;
}

/** What the API said when all was done. */
export interface DemoResult {
  readonly runs: readonly DemoRun[];
  readonly costs: readonly (DemoCost & { readonly workflow: string })[];
  readonly flags: readonly DemoFlag[];
  readonly waiting: readonly DemoApproval[];
  /** Where the systems are that the agents worked on: a repository, mail, notes, the version in production. */
  readonly worldDirectory: string;
  /** Tokens of the demo's people, so that a person can sign in as one of them. */
  readonly people: readonly {
    readonly name: string;
    readonly email: string;
    /** What the person does in the demo, e.g. `approver`, `owner of ops`. */
    readonly role: string;
    readonly token: string;
  }[];
  /**
   * Ends agents and systems, and leaves what waits waiting. Until then an agent that waits acts on a decision as soon
   * as a person makes it, and `onProgress` says so. Such an agent goes on asking for its decision, so a process that is
   * to end has to exit afterwards. Idempotent.
   */
  readonly stop: () => Promise<void>;
}
