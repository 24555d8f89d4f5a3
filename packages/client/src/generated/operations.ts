// Generated from the routes of packages/query-service by `npm run generate`. Do not edit.

/** Every route of the API, by method and path. */
export interface Operations {
  /** Sign in with a personal token; sets the session cookies */
  'POST /v1/session': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly token: string;
    };
    readonly answer: {
      readonly kind: "person" | "agent";
      readonly name: string;
      readonly display_name: string;
      readonly roles: readonly ("agent" | "owner" | "reviewer" | "approver" | "auditor" | "admin")[];
      readonly teams: readonly (string)[];
      readonly groups: readonly (string)[];
      readonly reads_content: boolean;
      readonly workflows?: readonly (string)[];
      readonly expires_at: string;
    };
  };
  /** Who the request comes from */
  'GET /v1/session': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly kind: "person" | "agent";
      readonly name: string;
      readonly display_name: string;
      readonly roles: readonly ("agent" | "owner" | "reviewer" | "approver" | "auditor" | "admin")[];
      readonly teams: readonly (string)[];
      readonly groups: readonly (string)[];
      readonly reads_content: boolean;
      readonly workflows?: readonly (string)[];
    };
  };
  /** End the session of the cookie */
  'DELETE /v1/session': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly signed_out: boolean;
    };
  };
  /** How people can sign in here */
  'GET /v1/sign-in-options': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly single_sign_on: string | null;
    };
  };
  /** Add a person, and issue a first token */
  'POST /v1/people': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly email: string;
      readonly display_name: string;
      readonly roles: readonly ("owner" | "reviewer" | "approver" | "auditor" | "admin")[];
      readonly teams: readonly ("*" | string)[];
      readonly groups?: readonly (string)[];
      readonly reads_content?: boolean;
    };
    readonly answer: {
      readonly credential_id: string;
      readonly token: string;
      readonly email: string;
    };
  };
  /** People, with their roles, teams and groups; who is disabled is left out */
  'GET /v1/people': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly email: string;
        readonly display_name: string;
        readonly roles: readonly ("agent" | "owner" | "reviewer" | "approver" | "auditor" | "admin")[];
        readonly teams: readonly (string)[];
        readonly groups: readonly (string)[];
        readonly reads_content: boolean;
        readonly disabled: boolean;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Change a person’s roles, teams, groups or right to read content, or disable them */
  'PATCH /v1/people/{email}': {
    readonly params: {
      readonly email: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly roles?: readonly ("owner" | "reviewer" | "approver" | "auditor" | "admin")[];
      readonly teams?: readonly ("*" | string)[];
      readonly groups?: readonly (string)[];
      readonly reads_content?: boolean;
      readonly disabled?: boolean;
    };
    readonly answer: {
      readonly email: string;
      readonly display_name: string;
      readonly roles: readonly ("agent" | "owner" | "reviewer" | "approver" | "auditor" | "admin")[];
      readonly teams: readonly (string)[];
      readonly groups: readonly (string)[];
      readonly reads_content: boolean;
      readonly disabled: boolean;
    };
  };
  /** Make a key for an agent’s process */
  'POST /v1/keys': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly principal: string;
      readonly team: string;
      readonly workflows: readonly ("*" | string)[];
      readonly scopes?: readonly ("ingest" | "api")[];
      readonly label?: string;
      readonly expires_in_seconds?: number;
    };
    readonly answer: {
      readonly credential_id: string;
      readonly key: string;
    };
  };
  /** Keys of agents; never the secrets */
  'GET /v1/keys': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly credential_id: string;
        readonly principal: string;
        readonly team: string;
        readonly workflows: readonly (string)[];
        readonly scopes: readonly (string)[];
        readonly label: string;
        readonly created_at: string;
        readonly created_by: string;
        readonly expires_at: string | null;
        readonly revoked_at: string | null;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Make a second key beside a live one, for the same agent; the one before ends in `overlap_seconds`, or when revoked */
  'POST /v1/keys/{credential_id}/rotate': {
    readonly params: {
      readonly credential_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly expires_in_seconds?: number;
      readonly overlap_seconds?: number;
    };
    readonly answer: {
      readonly credential_id: string;
      readonly key: string;
      readonly replaces: {
        readonly credential_id: string;
        readonly expires_at: string | null;
      };
    };
  };
  /** End a key or token, and every session that it opened, at once */
  'POST /v1/credentials/{credential_id}/revoke': {
    readonly params: {
      readonly credential_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly credential_id: string;
      readonly revoked: true;
    };
  };
  /** Issue a token to a person; `initiate` alone proves who started a run, and opens nothing */
  'POST /v1/tokens': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly email: string;
      readonly label?: string;
      readonly scopes?: readonly ("sign_in" | "initiate")[];
      readonly expires_in_seconds?: number;
    };
    readonly answer: {
      readonly credential_id: string;
      readonly token: string;
    };
  };
  /** Live tokens of people; never the secrets */
  'GET /v1/tokens': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly email?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly credential_id: string;
        readonly email: string;
        readonly label: string;
        readonly scopes: readonly (string)[];
        readonly created_at: string;
        readonly created_by: string;
        readonly expires_at: string | null;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Register a workflow file as the current version */
  'POST /v1/workflows': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly yaml: string;
    };
    readonly answer: {
      readonly workflow: string;
      readonly policy_version: string;
      readonly registered: boolean;
      readonly requirements: { readonly [name: string]: unknown };
    };
  };
  /** Workflows of your teams */
  'GET /v1/workflows': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly workflow: string;
        readonly owner: string;
        readonly team: string;
        readonly policy_version: string;
        readonly registered_at: string;
        readonly suspended: boolean;
        readonly suspended_by: string | null;
        readonly suspended_at: string | null;
        readonly suspended_reason: string | null;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** One workflow: file, requirements, versions */
  'GET /v1/workflows/{workflow}': {
    readonly params: {
      readonly workflow: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly workflow: string;
      readonly owner: string;
      readonly team: string;
      readonly policy_version: string;
      readonly registered_at: string;
      readonly suspended: boolean;
      readonly suspended_by: string | null;
      readonly suspended_at: string | null;
      readonly suspended_reason: string | null;
      readonly file: string;
      readonly requirements: { readonly [name: string]: unknown };
      readonly versions: readonly ({
        readonly policy_version: string;
        readonly registered_by: string;
        readonly registered_at: string;
      })[];
    };
  };
  /** The eight runtime requirements of the current version */
  'GET /v1/workflows/{workflow}/requirements': {
    readonly params: {
      readonly workflow: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: { readonly [name: string]: unknown };
  };
  /** Stop every tool of the workflow, from its next call on */
  'POST /v1/workflows/{workflow}/suspend': {
    readonly params: {
      readonly workflow: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly reason: string;
    };
    readonly answer: {
      readonly workflow: string;
      readonly owner: string;
      readonly team: string;
      readonly policy_version: string;
      readonly registered_at: string;
      readonly suspended: boolean;
      readonly suspended_by: string | null;
      readonly suspended_at: string | null;
      readonly suspended_reason: string | null;
      readonly file: string;
      readonly requirements: { readonly [name: string]: unknown };
      readonly versions: readonly ({
        readonly policy_version: string;
        readonly registered_by: string;
        readonly registered_at: string;
      })[];
    };
  };
  /** Let a suspended workflow go on */
  'POST /v1/workflows/{workflow}/resume': {
    readonly params: {
      readonly workflow: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly reason: string;
    };
    readonly answer: {
      readonly workflow: string;
      readonly owner: string;
      readonly team: string;
      readonly policy_version: string;
      readonly registered_at: string;
      readonly suspended: boolean;
      readonly suspended_by: string | null;
      readonly suspended_at: string | null;
      readonly suspended_reason: string | null;
      readonly file: string;
      readonly requirements: { readonly [name: string]: unknown };
      readonly versions: readonly ({
        readonly policy_version: string;
        readonly registered_by: string;
        readonly registered_at: string;
      })[];
    };
  };
  /** Who registered which version when, and what each changed and loosened; the newest first */
  'GET /v1/workflows/{workflow}/history': {
    readonly params: {
      readonly workflow: string;
    };
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly policy_version: string;
        readonly registered_by: string;
        readonly registered_at: string;
        readonly replaces: string | null;
        readonly loosens: boolean;
        readonly may_loosen: boolean;
        readonly changes: readonly ({
          readonly path: string;
          readonly before?: shape_afe7ea38___schema0;
          readonly after?: shape_afe7ea38___schema1;
          readonly effect: "loosens" | "unclear" | "tightens" | "neutral";
          readonly why: string;
        })[];
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** When workflows were suspended and resumed, by whom and why; the newest first */
  'GET /v1/suspensions': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly workflow?: string | undefined;
      readonly state?: "live" | "over" | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly suspension_id: string;
        readonly workflow: string;
        readonly team: string;
        readonly owner: string;
        readonly suspended_by: string;
        readonly suspended_at: string;
        readonly reason: string;
        readonly resumed_by: string | null;
        readonly resumed_at: string | null;
        readonly resume_reason: string | null;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Register a run before it starts */
  'POST /v1/runs': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly workflow: string;
      readonly policy_version: string;
      readonly writer: string;
      readonly run_id?: string;
      readonly initiator: string;
      readonly initiator_token?: string;
    };
    readonly answer: {
      readonly run_id: string;
      readonly workflow: string;
      readonly policy_version: string;
      readonly initiator: string;
      readonly initiator_verified: boolean;
      readonly registered_at: string;
    };
  };
  /** Runs, the newest first */
  'GET /v1/runs': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly workflow?: string | undefined;
      readonly team?: string | undefined;
      readonly owner?: string | undefined;
      readonly principal?: string | undefined;
      readonly initiator?: string | undefined;
      readonly policy_version?: string | undefined;
      readonly action_class?: "1" | "2" | "3" | undefined;
      readonly tool?: string | undefined;
      readonly control?: string | undefined;
      readonly severity?: "info" | "warning" | "critical" | undefined;
      readonly min_cost_usd?: string | undefined;
      readonly max_cost_usd?: string | undefined;
      readonly status?: "completed" | "escalated" | "blocked" | "refused" | "expired" | "over_budget" | "failed" | "cancelled" | "suspended" | "unsealed" | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly run_id: string;
        readonly workflow: string;
        readonly policy_version: string;
        readonly owner: string;
        readonly team: string;
        readonly principal: string;
        readonly initiator: string | null;
        readonly initiator_verified: boolean | null;
        readonly registered: boolean;
        readonly governed: boolean;
        readonly status: string;
        readonly started_at: string;
        readonly ended_at: string | null;
        readonly cost: {
          readonly usd: string | null;
          readonly calls: number;
          readonly unpriced_calls: number;
        };
        readonly open_flags: number;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Go on with a run in another process, which writes a chain of its own */
  'POST /v1/runs/{run_id}/resume': {
    readonly params: {
      readonly run_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly workflow: string;
      readonly policy_version: string;
      readonly writer: string;
    };
    readonly answer: {
      readonly run_id: string;
      readonly workflow: string;
      readonly policy_version: string;
      readonly initiator: string;
      readonly initiator_verified: boolean;
      readonly registered_at: string;
      readonly before: {
        readonly denials: number;
        readonly errors: number;
      } | null;
    };
  };
  /** Whether the workflow may go on; asked several times a second */
  'GET /v1/workflows/{workflow}/heartbeat': {
    readonly params: {
      readonly workflow: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly workflow: string;
      readonly policy_version: string;
      readonly suspended: boolean;
    };
  };
  /** Suspend the own workflow because a stop condition is met; only a person lets it go on */
  'POST /v1/workflows/{workflow}/stop': {
    readonly params: {
      readonly workflow: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly run_id: string;
      readonly reason: "stop_condition";
      readonly field: string;
      readonly detail: string;
    };
    readonly answer: {
      readonly workflow: string;
      readonly policy_version: string;
      readonly suspended: boolean;
    };
  };
  /** Ask for the approval of one class-3 call */
  'POST /v1/approvals': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly run_id: string;
      readonly workflow: string;
      readonly policy_version: string;
      readonly tool: string;
      readonly call_id: string;
      readonly action: string;
      readonly arguments: string;
      readonly rollback_note: string;
      readonly purpose?: string;
      readonly resumes?: boolean;
    };
    readonly answer: {
      readonly approval_id: string;
      readonly call_id: string;
      readonly state: "waiting" | "approved" | "refused" | "expired" | "withdrawn" | "consumed";
      readonly binding: string;
      readonly decided_by: string | null;
      readonly reason: string | null;
      readonly expires_at: string;
      readonly broke_glass?: boolean;
    };
  };
  /** Approvals of your teams, the newest first */
  'GET /v1/approvals': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly state?: "waiting" | "approved" | "refused" | "expired" | "withdrawn" | "consumed" | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly approval_id: string;
        readonly state: "waiting" | "approved" | "refused" | "expired" | "withdrawn" | "consumed";
        readonly run_id: string;
        readonly workflow: string;
        readonly owner: string;
        readonly team: string;
        readonly tool: string;
        readonly action: string;
        readonly action_class: number;
        readonly requested_by: string;
        readonly initiator: string;
        readonly needed: number;
        readonly requested_at: string;
        readonly expires_at: string;
        readonly closed_at: string | null;
        readonly can_decide: boolean;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Where an approval stands; answers as soon as that changes */
  'GET /v1/approvals/{approval_id}/status': {
    readonly params: {
      readonly approval_id: string;
    };
    readonly query: {
      readonly wait_seconds?: number | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly approval_id: string;
      readonly call_id: string;
      readonly state: "waiting" | "approved" | "refused" | "expired" | "withdrawn" | "consumed";
      readonly binding: string;
      readonly decided_by: string | null;
      readonly reason: string | null;
      readonly expires_at: string;
      readonly broke_glass?: boolean;
    };
  };
  /** Use the grant, once: the receipt without which no class-3 tool runs */
  'POST /v1/approvals/{approval_id}/consume': {
    readonly params: {
      readonly approval_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly run_id: string;
      readonly call_id: string;
      readonly tool: string;
      readonly policy_version: string;
      readonly arguments: string;
    };
    readonly answer: {
      readonly approval_id: string;
      readonly call_id: string;
      readonly consumed_at: string;
      readonly approved_by: readonly (string)[];
      readonly broke_glass?: boolean;
    };
  };
  /** Take back a request, or a grant that was not used */
  'POST /v1/approvals/{approval_id}/withdraw': {
    readonly params: {
      readonly approval_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly approval_id: string;
      readonly call_id: string;
      readonly state: "waiting" | "approved" | "refused" | "expired" | "withdrawn" | "consumed";
      readonly binding: string;
      readonly decided_by: string | null;
      readonly reason: string | null;
      readonly expires_at: string;
      readonly broke_glass?: boolean;
    };
  };
  /** One approval; with the arguments for those who may decide it */
  'GET /v1/approvals/{approval_id}': {
    readonly params: {
      readonly approval_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly approval_id: string;
      readonly state: "waiting" | "approved" | "refused" | "expired" | "withdrawn" | "consumed";
      readonly run_id: string;
      readonly workflow: string;
      readonly owner: string;
      readonly team: string;
      readonly tool: string;
      readonly action: string;
      readonly action_class: number;
      readonly requested_by: string;
      readonly initiator: string;
      readonly needed: number;
      readonly requested_at: string;
      readonly expires_at: string;
      readonly closed_at: string | null;
      readonly can_decide: boolean;
      readonly policy_version: string;
      readonly call_id: string;
      readonly binding: string;
      readonly initiator_verified: boolean;
      readonly approvers: readonly (string)[];
      readonly arguments: string | null;
      readonly rollback_note: string | null;
      readonly purpose: string | null;
      readonly raised_by: readonly (string)[];
      readonly break_glass: {
        readonly by: string;
        readonly reason: string;
        readonly at: string;
      } | null;
      readonly can_break_glass: boolean;
      readonly decisions: readonly ({
        readonly decided_by: string;
        readonly decision: "approve" | "refuse";
        readonly reason: string;
        readonly decided_at: string;
      })[];
    };
  };
  /** Approve or refuse, as a named approver who did not start the run */
  'POST /v1/approvals/{approval_id}/decision': {
    readonly params: {
      readonly approval_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly decision: "approve" | "refuse";
      readonly reason: string;
    };
    readonly answer: {
      readonly approval_id: string;
      readonly call_id: string;
      readonly state: "waiting" | "approved" | "refused" | "expired" | "withdrawn" | "consumed";
      readonly binding: string;
      readonly decided_by: string | null;
      readonly reason: string | null;
      readonly expires_at: string;
      readonly broke_glass?: boolean;
    };
  };
  /** Let one waiting call through without its approval, as a person whom the workflow names for that */
  'POST /v1/approvals/{approval_id}/break-glass': {
    readonly params: {
      readonly approval_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly reason: string;
    };
    readonly answer: {
      readonly approval_id: string;
      readonly call_id: string;
      readonly state: "waiting" | "approved" | "refused" | "expired" | "withdrawn" | "consumed";
      readonly binding: string;
      readonly decided_by: string | null;
      readonly reason: string | null;
      readonly expires_at: string;
      readonly broke_glass?: boolean;
    };
  };
  /** Reserve room under the limits of the run, its day and its month */
  'POST /v1/runs/{run_id}/leases': {
    readonly params: {
      readonly run_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly lease_id: string;
      readonly writer: string;
      readonly wanted_usd: string;
      readonly minimum_usd: string;
      readonly settled: readonly ({
        readonly lease_id: string;
        readonly spent_usd: string;
        readonly closed: boolean;
      })[];
    };
    readonly answer: {
      readonly lease_id: string;
      readonly granted_usd: string;
      readonly expires_at: string;
      readonly expires_in_ms: number;
      readonly warnings: readonly ({
        readonly limit: "per_run" | "per_day" | "per_month";
        readonly percent: number;
      })[];
    };
  };
  /** Say what was spent from leases so far, and give back the rest of those that are closed */
  'POST /v1/runs/{run_id}/leases/settle': {
    readonly params: {
      readonly run_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly writer: string;
      readonly settled: readonly ({
        readonly lease_id: string;
        readonly spent_usd: string;
        readonly closed: boolean;
      })[];
    };
    readonly answer: {
      readonly settled: readonly (string)[];
    };
  };
  /** What stands against each limit: spent, reserved, unsettled, what is left, and a forecast */
  'GET /v1/budgets': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly workflow?: string | undefined;
      readonly period?: "per_run" | "per_day" | "per_month" | undefined;
      readonly run_id?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly workflow: string;
        readonly team: string;
        readonly limit: "per_run" | "per_day" | "per_month";
        readonly name: string;
        readonly limit_usd: string | null;
        readonly spent_usd: string;
        readonly reserved_usd: string;
        readonly unsettled_usd: string;
        readonly available_usd: string | null;
        readonly forecast: {
          readonly spent_usd: string;
          readonly over_limit: boolean | null;
          readonly method: "linear";
          readonly elapsed: number;
          readonly ends_at: string;
        } | null;
        readonly live_leases: number;
        readonly warned_percent: number | null;
        readonly updated_at: string;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** One run with its cost */
  'GET /v1/runs/{run_id}': {
    readonly params: {
      readonly run_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly run_id: string;
      readonly workflow: string;
      readonly policy_version: string;
      readonly owner: string;
      readonly team: string;
      readonly principal: string;
      readonly initiator: string | null;
      readonly initiator_verified: boolean | null;
      readonly registered: boolean;
      readonly governed: boolean;
      readonly status: string;
      readonly started_at: string;
      readonly ended_at: string | null;
      readonly cost: {
        readonly usd: string | null;
        readonly calls: number;
        readonly unpriced_calls: number;
      };
      readonly open_flags: number;
    };
  };
  /** The whole evidence of one run: timeline, model calls, tool calls, cost, chain and flags */
  'GET /v1/runs/{run_id}/evidence': {
    readonly params: {
      readonly run_id: string;
    };
    readonly query: {
      readonly content?: "true" | "false" | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly run: {
        readonly run_id: string;
        readonly workflow: string;
        readonly policy_version: string;
        readonly owner: string;
        readonly team: string;
        readonly principal: string;
        readonly initiator: string | null;
        readonly initiator_verified: boolean | null;
        readonly registered: boolean;
        readonly governed: boolean;
        readonly status: string;
        readonly started_at: string;
        readonly ended_at: string | null;
        readonly cost: {
          readonly usd: string | null;
          readonly calls: number;
          readonly unpriced_calls: number;
        };
        readonly open_flags: number;
      };
      readonly timeline: readonly ({
        readonly time: string;
        readonly kind: string;
        readonly source: "agent" | "service";
        readonly principal: string | null;
        readonly writer: string;
        readonly seq: number;
        readonly actor: string | null;
        readonly action: string | null;
        readonly action_class: number | null;
        readonly tool: string | null;
        readonly call_id: string | null;
        readonly model: string | null;
        readonly verdict: string | null;
        readonly reason: string | null;
        readonly enforcement: string | null;
        readonly outcome: string | null;
        readonly approval_id: string | null;
        readonly rollback_note: string | null;
        readonly final_status: string | null;
        readonly cost_usd: string | null;
        readonly detail: { readonly [name: string]: shape_beb8d6de___schema0 } | null;
        readonly content?: { readonly [name: string]: shape_beb8d6de___schema1 };
        readonly record: string;
        readonly hash: string;
      })[];
      readonly truncated: boolean;
      readonly model_calls: readonly ({
        readonly provider: string;
        readonly model: string;
        readonly operation: string;
        readonly scope_name: string;
        readonly response_id: string;
        readonly principal: string;
        readonly trace_id: string;
        readonly span_id: string;
        readonly service_tier: string;
        readonly cost_source: string;
        readonly price_version: string;
        readonly local_price_version: string;
        readonly price_id: string;
        readonly unpriced_reason: string;
        readonly usage_note: string;
        readonly cost_note: string;
        readonly why: string;
        readonly input_tokens: number | null;
        readonly output_tokens: number | null;
        readonly cache_read_tokens: number | null;
        readonly cache_creation_tokens: number | null;
        readonly cache_creation_1h_tokens: number | null;
        readonly reasoning_tokens: number | null;
        readonly start: string;
        readonly end: string;
        readonly cost_usd: string | null;
        readonly provider_cost_usd: string | null;
        readonly local_cost_usd: string | null;
        readonly counted: boolean;
      })[];
      readonly tool_calls: readonly ({
        readonly call_id: string;
        readonly tool: string;
        readonly action: string;
        readonly action_class: number | null;
        readonly verdict: string;
        readonly reason: string;
        readonly enforcement: string;
        readonly outcome: string;
        readonly approval_id: string;
        readonly rollback_note: string;
        readonly principal: string;
        readonly start: string;
      })[];
      readonly cost: {
        readonly usd: string | null;
        readonly calls: number;
        readonly unpriced_calls: number;
      };
      readonly chain: {
        readonly whole: boolean;
        readonly writers: readonly ({
          readonly writer: string;
          readonly source: "agent" | "service";
          readonly records: number;
          readonly head: string | null;
          readonly whole: boolean;
          readonly end_proven: boolean;
        })[];
        readonly findings: readonly ({
          readonly writer: string | null;
          readonly problem: string;
        })[];
        readonly unproven: readonly ({
          readonly writer: string;
          readonly why: string;
        })[];
      };
      readonly flags: readonly ({
        readonly flag_id: string;
        readonly control: string;
        readonly severity: "info" | "warning" | "critical";
        readonly workflow: string;
        readonly run_id: string | null;
        readonly owner: string;
        readonly team: string;
        readonly state: "open" | "acknowledged" | "resolved" | "cleared";
        readonly raised_at: string;
        readonly due_at: string | null;
        readonly summary: string;
        readonly evidence: { readonly [name: string]: shape_beb8d6de___schema2 };
        readonly acknowledged_by: string | null;
        readonly acknowledged_at: string | null;
        readonly resolved_by: string | null;
        readonly resolved_at: string | null;
        readonly note: string | null;
        readonly cleared_because: string | null;
        readonly updated_at: string;
      })[];
    };
  };
  /** What could not be stored as a span, and why; the newest first */
  'GET /v1/quarantine': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly reason?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly principal: string;
        readonly reason: string;
        readonly message: string;
        readonly trace_id: string;
        readonly span_id: string;
        readonly span_name: string;
        readonly received_at: string;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Record that the owner decided to undo the run */
  'POST /v1/runs/{run_id}/rollback': {
    readonly params: {
      readonly run_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly reason: string;
    };
    readonly answer: {
      readonly run_id: string;
      readonly rolled_back_by: string;
      readonly rolled_back_at: string;
    };
  };
  /** What model calls cost, by any of workflow, owner, team, principal, model, provider, day, hour, run, initiator, with the unpriced beside it */
  'GET /v1/costs': {
    readonly params: undefined;
    readonly query: {
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly group_by?: string | undefined;
      readonly workflow?: string | undefined;
      readonly owner?: string | undefined;
      readonly team?: string | undefined;
      readonly model?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly workflow?: string;
        readonly owner?: string;
        readonly team?: string;
        readonly model?: string;
        readonly provider?: string;
        readonly day?: string;
        readonly hour?: string;
        readonly run?: string;
        readonly initiator?: string;
        readonly principal?: string;
        readonly calls: number;
        readonly unpriced_calls: number;
        readonly cost_usd: string;
        readonly input_tokens: number;
        readonly output_tokens: number;
      })[];
      readonly total: {
        readonly calls: number;
        readonly unpriced_calls: number;
        readonly cost_usd: string;
        readonly input_tokens: number;
        readonly output_tokens: number;
      };
    };
  };
  /** Models whose calls have no cost, and why; and those whose provider reported a cost that cannot be read */
  'GET /v1/prices/unpriced': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly provider: string;
        readonly model: string;
        readonly reason: string;
        readonly service_tier: string;
        readonly calls: number;
        readonly input_tokens: number;
        readonly output_tokens: number;
        readonly first_seen: string;
        readonly last_seen: string;
      })[];
      readonly unread_costs: readonly ({
        readonly provider: string;
        readonly model: string;
        readonly reports: number;
        readonly first_seen: string;
        readonly last_seen: string;
      })[];
      readonly next_cursor: null;
    };
  };
  /** The price book by provider and model: the price list, and the price file over it */
  'GET /v1/prices': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly provider?: string | undefined;
      readonly model?: string | undefined;
      readonly workflow?: string | undefined;
      readonly service_tier?: string | undefined;
      readonly at?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly versions: readonly (string)[];
      readonly items: readonly ({
        readonly provider: string;
        readonly model: string;
        readonly prices: readonly ({
          readonly price_id: string;
          readonly priced: string;
          readonly workflow: string;
          readonly service_tier: string;
          readonly valid_from: string;
          readonly valid_until: string | null;
          readonly daily: {
            readonly from: number;
            readonly until: number;
          } | null;
          readonly above_input_tokens: number | null;
          readonly usd_per_token: {
            readonly input: string | null;
            readonly cache_read: string | null;
            readonly cache_creation: string | null;
            readonly cache_creation_1h: string | null;
            readonly output: string | null;
            readonly reasoning: string | null;
          };
          readonly price_version: string;
          readonly origin: "list" | "override";
          readonly note: string;
        })[];
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** How the cost of one call comes about, line by line: of a stored one by run and span, or of any usage */
  'GET /v1/prices/explain': {
    readonly params: undefined;
    readonly query: {
      readonly run_id?: string | undefined;
      readonly span_id?: string | undefined;
      readonly provider?: string | undefined;
      readonly model?: string | undefined;
      readonly workflow?: string | undefined;
      readonly service_tier?: string | undefined;
      readonly at?: string | undefined;
      readonly input_tokens?: number | undefined;
      readonly output_tokens?: number | undefined;
      readonly cache_read_tokens?: number | undefined;
      readonly cache_creation_tokens?: number | undefined;
      readonly cache_creation_1h_tokens?: number | undefined;
      readonly reasoning_tokens?: number | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly provider: string;
      readonly model: string;
      readonly workflow: string;
      readonly service_tier: string;
      readonly at: string;
      readonly usage: {
        readonly input_tokens: number | null;
        readonly output_tokens: number | null;
        readonly cache_read_tokens: number | null;
        readonly cache_creation_tokens: number | null;
        readonly cache_creation_1h_tokens: number | null;
        readonly reasoning_tokens: number | null;
      };
      readonly stands_for: string | null;
      readonly price: {
        readonly price_id: string;
        readonly priced: string;
        readonly workflow: string;
        readonly service_tier: string;
        readonly valid_from: string;
        readonly valid_until: string | null;
        readonly daily: {
          readonly from: number;
          readonly until: number;
        } | null;
        readonly above_input_tokens: number | null;
        readonly usd_per_token: {
          readonly input: string | null;
          readonly cache_read: string | null;
          readonly cache_creation: string | null;
          readonly cache_creation_1h: string | null;
          readonly output: string | null;
          readonly reasoning: string | null;
        };
        readonly price_version: string;
        readonly origin: "list" | "override";
        readonly note: string;
      } | null;
      readonly lines: readonly ({
        readonly kind: "input" | "cache_read" | "cache_creation" | "cache_creation_1h" | "output" | "reasoning";
        readonly tokens: number;
        readonly usd_per_token: string;
        readonly usd: string;
      })[];
      readonly local_usd: string | null;
      readonly unpriced_reason: string;
      readonly stored: {
        readonly report: {
          readonly provider: string;
          readonly model: string;
          readonly operation: string;
          readonly scope_name: string;
          readonly response_id: string;
          readonly principal: string;
          readonly trace_id: string;
          readonly span_id: string;
          readonly service_tier: string;
          readonly cost_source: string;
          readonly price_version: string;
          readonly local_price_version: string;
          readonly price_id: string;
          readonly unpriced_reason: string;
          readonly usage_note: string;
          readonly cost_note: string;
          readonly why: string;
          readonly input_tokens: number | null;
          readonly output_tokens: number | null;
          readonly cache_read_tokens: number | null;
          readonly cache_creation_tokens: number | null;
          readonly cache_creation_1h_tokens: number | null;
          readonly reasoning_tokens: number | null;
          readonly start: string;
          readonly end: string;
          readonly cost_usd: string | null;
          readonly provider_cost_usd: string | null;
          readonly local_cost_usd: string | null;
          readonly counted: boolean;
        };
        readonly reports: readonly ({
          readonly provider: string;
          readonly model: string;
          readonly operation: string;
          readonly scope_name: string;
          readonly response_id: string;
          readonly principal: string;
          readonly trace_id: string;
          readonly span_id: string;
          readonly service_tier: string;
          readonly cost_source: string;
          readonly price_version: string;
          readonly local_price_version: string;
          readonly price_id: string;
          readonly unpriced_reason: string;
          readonly usage_note: string;
          readonly cost_note: string;
          readonly why: string;
          readonly input_tokens: number | null;
          readonly output_tokens: number | null;
          readonly cache_read_tokens: number | null;
          readonly cache_creation_tokens: number | null;
          readonly cache_creation_1h_tokens: number | null;
          readonly reasoning_tokens: number | null;
          readonly start: string;
          readonly end: string;
          readonly cost_usd: string | null;
          readonly provider_cost_usd: string | null;
          readonly local_cost_usd: string | null;
          readonly counted: boolean;
        })[];
        readonly prices: readonly ({
          readonly cost_source: "provider" | "local";
          readonly cost_usd: string | null;
          readonly price_version: string;
          readonly price_id: string;
          readonly priced_at: string;
          readonly priced_by: string;
          readonly in_force: boolean;
        })[];
      } | null;
    };
  };
  /** Which price lists and price files were put in force, when and by whom; the newest first */
  'GET /v1/prices/lists': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly kind: "list" | "price_file";
        readonly version: string;
        readonly loaded_by: string;
        readonly loaded_at: string;
        readonly document: string | null;
      })[];
      readonly next_cursor: null;
    };
  };
  /** Put a price list or a price file in force */
  'POST /v1/prices/lists': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly kind: "list" | "price_file";
      readonly document: string;
    };
    readonly answer: {
      readonly before: readonly (string)[];
      readonly after: readonly (string)[];
      readonly changed_names: number;
    };
  };
  /** Price stored calls anew; what they cost before stays beside it */
  'POST /v1/prices/reprice': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly superseded: boolean;
      readonly from?: string;
      readonly to?: string;
      readonly workflow?: string;
      readonly cursor?: string;
    };
    readonly answer: {
      readonly versions: readonly (string)[];
      readonly looked_at: number;
      readonly repriced: number;
      readonly next_cursor: string | null;
    };
  };
  /** Class-2 actions chosen for review, the most urgent first */
  'GET /v1/samples': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly state?: "pending" | "reviewed" | "overdue" | undefined;
      readonly workflow?: string | undefined;
      readonly run_id?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly sample_id: string;
        readonly run_id: string;
        readonly call_id: string;
        readonly workflow: string;
        readonly policy_version: string;
        readonly owner: string;
        readonly team: string;
        readonly tool: string;
        readonly action: string;
        readonly state: "pending" | "reviewed" | "overdue";
        readonly why: string;
        readonly reviewers: readonly (string)[];
        readonly sampled_at: string;
        readonly due_at: string;
        readonly assigned_to: string | null;
        readonly reviewed_by: string | null;
        readonly reviewed_at: string | null;
        readonly verdict: "acceptable" | "needs_correction" | "unacceptable" | null;
        readonly note: string | null;
        readonly scores: { readonly [name: string]: number } | null;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Coverage and lateness of reviews in a period, by workflow */
  'GET /v1/samples/report': {
    readonly params: undefined;
    readonly query: {
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly workflow?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly workflow: string;
        readonly actions: number;
        readonly samples: number;
        readonly reviewed_in_time: number;
        readonly reviewed_late: number;
        readonly overdue: number;
        readonly pending: number;
        readonly late_seconds_median: number | null;
        readonly late_seconds_most: number | null;
        readonly why: { readonly [name: string]: number };
      })[];
      readonly next_cursor: null;
    };
  };
  /** One sampled action */
  'GET /v1/samples/{sample_id}': {
    readonly params: {
      readonly sample_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly sample_id: string;
      readonly run_id: string;
      readonly call_id: string;
      readonly workflow: string;
      readonly policy_version: string;
      readonly owner: string;
      readonly team: string;
      readonly tool: string;
      readonly action: string;
      readonly state: "pending" | "reviewed" | "overdue";
      readonly why: string;
      readonly reviewers: readonly (string)[];
      readonly sampled_at: string;
      readonly due_at: string;
      readonly assigned_to: string | null;
      readonly reviewed_by: string | null;
      readonly reviewed_at: string | null;
      readonly verdict: "acceptable" | "needs_correction" | "unacceptable" | null;
      readonly note: string | null;
      readonly scores: { readonly [name: string]: number } | null;
    };
  };
  /** Claim a sampled action for four hours, so that nobody else reviews it meanwhile; one claim holds */
  'POST /v1/samples/{sample_id}/claim': {
    readonly params: {
      readonly sample_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly sample_id: string;
      readonly run_id: string;
      readonly call_id: string;
      readonly workflow: string;
      readonly policy_version: string;
      readonly owner: string;
      readonly team: string;
      readonly tool: string;
      readonly action: string;
      readonly state: "pending" | "reviewed" | "overdue";
      readonly why: string;
      readonly reviewers: readonly (string)[];
      readonly sampled_at: string;
      readonly due_at: string;
      readonly assigned_to: string | null;
      readonly reviewed_by: string | null;
      readonly reviewed_at: string | null;
      readonly verdict: "acceptable" | "needs_correction" | "unacceptable" | null;
      readonly note: string | null;
      readonly scores: { readonly [name: string]: number } | null;
    };
  };
  /** Release a claimed action for others to review; who claimed it, or an admin */
  'POST /v1/samples/{sample_id}/release': {
    readonly params: {
      readonly sample_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly sample_id: string;
      readonly run_id: string;
      readonly call_id: string;
      readonly workflow: string;
      readonly policy_version: string;
      readonly owner: string;
      readonly team: string;
      readonly tool: string;
      readonly action: string;
      readonly state: "pending" | "reviewed" | "overdue";
      readonly why: string;
      readonly reviewers: readonly (string)[];
      readonly sampled_at: string;
      readonly due_at: string;
      readonly assigned_to: string | null;
      readonly reviewed_by: string | null;
      readonly reviewed_at: string | null;
      readonly verdict: "acceptable" | "needs_correction" | "unacceptable" | null;
      readonly note: string | null;
      readonly scores: { readonly [name: string]: number } | null;
    };
  };
  /** Review a sampled action; only who the workflow names as reviewer, and never the initiator of the run */
  'POST /v1/samples/{sample_id}/review': {
    readonly params: {
      readonly sample_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly verdict: "acceptable" | "needs_correction" | "unacceptable";
      readonly note: string;
      readonly scores?: { readonly [name: string]: number };
    };
    readonly answer: {
      readonly sample_id: string;
      readonly run_id: string;
      readonly call_id: string;
      readonly workflow: string;
      readonly policy_version: string;
      readonly owner: string;
      readonly team: string;
      readonly tool: string;
      readonly action: string;
      readonly state: "pending" | "reviewed" | "overdue";
      readonly why: string;
      readonly reviewers: readonly (string)[];
      readonly sampled_at: string;
      readonly due_at: string;
      readonly assigned_to: string | null;
      readonly reviewed_by: string | null;
      readonly reviewed_at: string | null;
      readonly verdict: "acceptable" | "needs_correction" | "unacceptable" | null;
      readonly note: string | null;
      readonly scores: { readonly [name: string]: number } | null;
    };
  };
  /** What the controls found, the newest first */
  'GET /v1/flags': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly state?: "open" | "acknowledged" | "resolved" | "cleared" | undefined;
      readonly control?: string | undefined;
      readonly workflow?: string | undefined;
      readonly run_id?: string | undefined;
      readonly severity?: "info" | "warning" | "critical" | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly flag_id: string;
        readonly control: string;
        readonly severity: "info" | "warning" | "critical";
        readonly workflow: string;
        readonly run_id: string | null;
        readonly owner: string;
        readonly team: string;
        readonly state: "open" | "acknowledged" | "resolved" | "cleared";
        readonly raised_at: string;
        readonly due_at: string | null;
        readonly summary: string;
        readonly evidence: { readonly [name: string]: shape_5cc2e19f___schema0 };
        readonly acknowledged_by: string | null;
        readonly acknowledged_at: string | null;
        readonly resolved_by: string | null;
        readonly resolved_at: string | null;
        readonly note: string | null;
        readonly cleared_because: string | null;
        readonly updated_at: string;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** One flag with the evidence that raised it, and who had a part in what it is about */
  'GET /v1/flags/{flag_id}': {
    readonly params: {
      readonly flag_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly flag_id: string;
      readonly control: string;
      readonly severity: "info" | "warning" | "critical";
      readonly workflow: string;
      readonly run_id: string | null;
      readonly owner: string;
      readonly team: string;
      readonly state: "open" | "acknowledged" | "resolved" | "cleared";
      readonly raised_at: string;
      readonly due_at: string | null;
      readonly summary: string;
      readonly evidence: { readonly [name: string]: shape_5cc2e19f___schema0 };
      readonly acknowledged_by: string | null;
      readonly acknowledged_at: string | null;
      readonly resolved_by: string | null;
      readonly resolved_at: string | null;
      readonly note: string | null;
      readonly cleared_because: string | null;
      readonly updated_at: string;
      readonly had_part: readonly ({
        readonly person: string;
        readonly part: "initiator" | "approver" | "glass_breaker";
      })[];
      readonly can_resolve: boolean;
    };
  };
  /** Say that you have seen a flag, and what you will do */
  'POST /v1/flags/{flag_id}/acknowledge': {
    readonly params: {
      readonly flag_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly note: string;
    };
    readonly answer: {
      readonly flag_id: string;
      readonly control: string;
      readonly severity: "info" | "warning" | "critical";
      readonly workflow: string;
      readonly run_id: string | null;
      readonly owner: string;
      readonly team: string;
      readonly state: "open" | "acknowledged" | "resolved" | "cleared";
      readonly raised_at: string;
      readonly due_at: string | null;
      readonly summary: string;
      readonly evidence: { readonly [name: string]: shape_5cc2e19f___schema0 };
      readonly acknowledged_by: string | null;
      readonly acknowledged_at: string | null;
      readonly resolved_by: string | null;
      readonly resolved_at: string | null;
      readonly note: string | null;
      readonly cleared_because: string | null;
      readonly updated_at: string;
      readonly had_part: readonly ({
        readonly person: string;
        readonly part: "initiator" | "approver" | "glass_breaker";
      })[];
      readonly can_resolve: boolean;
    };
  };
  /** Close a flag, and say what was done; a critical one, somebody who had no part in what it is about */
  'POST /v1/flags/{flag_id}/resolve': {
    readonly params: {
      readonly flag_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly note: string;
    };
    readonly answer: {
      readonly flag_id: string;
      readonly control: string;
      readonly severity: "info" | "warning" | "critical";
      readonly workflow: string;
      readonly run_id: string | null;
      readonly owner: string;
      readonly team: string;
      readonly state: "open" | "acknowledged" | "resolved" | "cleared";
      readonly raised_at: string;
      readonly due_at: string | null;
      readonly summary: string;
      readonly evidence: { readonly [name: string]: shape_5cc2e19f___schema0 };
      readonly acknowledged_by: string | null;
      readonly acknowledged_at: string | null;
      readonly resolved_by: string | null;
      readonly resolved_at: string | null;
      readonly note: string | null;
      readonly cleared_because: string | null;
      readonly updated_at: string;
      readonly had_part: readonly ({
        readonly person: string;
        readonly part: "initiator" | "approver" | "glass_breaker";
      })[];
      readonly can_resolve: boolean;
    };
  };
  /** What was sent down incident paths, with each attempt, the newest first */
  'GET /v1/notifications': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly workflow?: string | undefined;
      readonly flag_id?: string | undefined;
      readonly state?: "waiting" | "delivered" | "given_up" | "unsent" | undefined;
      readonly purpose?: "incident" | "test" | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly notification_id: string;
        readonly purpose: "incident" | "test";
        readonly flag_id: string | null;
        readonly control: string | null;
        readonly severity: "info" | "warning" | "critical";
        readonly workflow: string;
        readonly policy_version: string;
        readonly run_id: string | null;
        readonly owner: string;
        readonly team: string;
        readonly webhook: {
          readonly host: string;
          readonly kind: "standard" | "slack";
        } | null;
        readonly state: "waiting" | "delivered" | "given_up" | "unsent";
        readonly opened_at: string;
        readonly due_at: string;
        readonly next_attempt_at: string | null;
        readonly settled_at: string | null;
        readonly acknowledged_by: string | null;
        readonly acknowledged_at: string | null;
        readonly closed_at: string | null;
        readonly suspended: boolean;
        readonly attempts: readonly ({
          readonly attempt: number;
          readonly at: string;
          readonly outcome: string;
          readonly status: number | null;
          readonly took_ms: number;
        })[];
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Send a test down the incident path of the workflow */
  'POST /v1/workflows/{workflow}/incident-path/test': {
    readonly params: {
      readonly workflow: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly notification_id: string;
      readonly purpose: "incident" | "test";
      readonly flag_id: string | null;
      readonly control: string | null;
      readonly severity: "info" | "warning" | "critical";
      readonly workflow: string;
      readonly policy_version: string;
      readonly run_id: string | null;
      readonly owner: string;
      readonly team: string;
      readonly webhook: {
        readonly host: string;
        readonly kind: "standard" | "slack";
      } | null;
      readonly state: "waiting" | "delivered" | "given_up" | "unsent";
      readonly opened_at: string;
      readonly due_at: string;
      readonly next_attempt_at: string | null;
      readonly settled_at: string | null;
      readonly acknowledged_by: string | null;
      readonly acknowledged_at: string | null;
      readonly closed_at: string | null;
      readonly suspended: boolean;
      readonly attempts: readonly ({
        readonly attempt: number;
        readonly at: string;
        readonly outcome: string;
        readonly status: number | null;
        readonly took_ms: number;
      })[];
    };
  };
  /** Make a new secret for the webhook; shown once, and the one before signs for another day */
  'POST /v1/workflows/{workflow}/incident-path/secret': {
    readonly params: {
      readonly workflow: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly workflow: string;
      readonly secret: string;
      readonly previous_ends_at: string | null;
    };
  };
  /** Every control, with the rule that it checks */
  'GET /v1/controls': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly control: string;
        readonly classes: readonly (1 | 2 | 3)[];
        readonly rule: string;
        readonly severity: "info" | "warning" | "critical";
        readonly description: string;
        readonly grace_seconds: number;
        readonly population: string | null;
      })[];
      readonly next_cursor: null;
    };
  };
  /** What each control found in each workflow by day, and what has become of it */
  'GET /v1/controls/results': {
    readonly params: undefined;
    readonly query: {
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly workflow?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly day: string;
        readonly control: string;
        readonly workflow: string;
        readonly flags: number;
        readonly open: number;
        readonly acknowledged: number;
        readonly resolved: number;
        readonly cleared: number;
      })[];
      readonly next_cursor: null;
    };
  };
  /** How each control held in each workflow: population, passed, failed, and not known yet */
  'GET /v1/controls/coverage': {
    readonly params: undefined;
    readonly query: {
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly workflow?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly evaluated_until: string;
      readonly items: readonly ({
        readonly control: string;
        readonly workflow: string;
        readonly population_of: "runs" | "calls" | "samples" | "incidents";
        readonly population: number;
        readonly passed: number;
        readonly failed: number;
        readonly unknown: number;
      })[];
      readonly next_cursor: null;
    };
  };
  /** What a control’s coverage was counted over, one by one, with the result of each; the newest first */
  'GET /v1/controls/{control}/population': {
    readonly params: {
      readonly control: "owner_named" | "run_registered" | "policy_registered" | "policy_current" | "tool_listed" | "data_allowed" | "final_status_present" | "model_call_priced" | "evidence_chain_whole" | "span_unchanged" | "refused_actions" | "escalation_noted" | "log_fields_present" | "scope_held" | "rollback_note_present" | "unreviewed_sample" | "approval_matches" | "forged_service_claims" | "budget_breach" | "budget_warning" | "break_glass_used" | "incident_path_reached" | "rollups_agree" | "run_judged";
    };
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly workflow?: string | undefined;
      readonly result?: "passed" | "failed" | "unknown" | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly workflow: string;
        readonly run_id: string;
        readonly unit: string | null;
        readonly at: unknown;
        readonly result: "passed" | "failed" | "unknown";
        readonly flag_id: string | null;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Evaluate the controls now, over what is new or over everything */
  'POST /v1/controls/evaluate': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly full?: boolean;
    };
    readonly answer: {
      readonly runs: number;
      readonly sampled: number;
      readonly raised: number;
      readonly reopened: number;
      readonly updated: number;
      readonly cleared: number;
    };
  };
  /** What changes, as server-sent events, from now on or from an event that was seen */
  'GET /v1/events': {
    readonly params: undefined;
    readonly query: {
      readonly after?: string | undefined;
      readonly kinds?: string | undefined;
      readonly workflow?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly id?: string;
      readonly event?: "approval" | "flag" | "review" | "suspension" | "run" | "budget" | "workflow" | "ready" | "reset" | "end";
      readonly data?: string;
      readonly retry?: number;
    };
  };
  /** The evidence of a run, a workflow or a period as a ZIP archive with a manifest */
  'GET /v1/exports/evidence': {
    readonly params: undefined;
    readonly query: {
      readonly run_id?: string | undefined;
      readonly workflow?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly format?: "jsonl" | "csv" | "parquet" | undefined;
      readonly content?: "true" | "false" | undefined;
    };
    readonly body: undefined;
    readonly answer: string;
  };
  /** Legal holds, the newest first */
  'GET /v1/holds': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly workflow?: string | undefined;
      readonly run_id?: string | undefined;
      readonly state?: "live" | "over" | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly hold_id: string;
        readonly run_id: string | null;
        readonly workflow: string;
        readonly owner: string;
        readonly team: string;
        readonly from: string | null;
        readonly to: string | null;
        readonly reason: string;
        readonly set_by: string;
        readonly set_at: string;
        readonly lifted_by: string | null;
        readonly lifted_at: string | null;
        readonly lift_reason: string | null;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** Keep a run, or the runs of a workflow and a period, from retention and erasure */
  'POST /v1/holds': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly run_id: string;
      readonly reason: string;
    } | {
      readonly workflow: string;
      readonly from?: string;
      readonly to?: string;
      readonly reason: string;
    };
    readonly answer: {
      readonly hold_id: string;
      readonly run_id: string | null;
      readonly workflow: string;
      readonly owner: string;
      readonly team: string;
      readonly from: string | null;
      readonly to: string | null;
      readonly reason: string;
      readonly set_by: string;
      readonly set_at: string;
      readonly lifted_by: string | null;
      readonly lifted_at: string | null;
      readonly lift_reason: string | null;
    };
  };
  /** End a legal hold */
  'POST /v1/holds/{hold_id}/lift': {
    readonly params: {
      readonly hold_id: string;
    };
    readonly query: undefined;
    readonly body: {
      readonly reason: string;
    };
    readonly answer: {
      readonly hold_id: string;
      readonly run_id: string | null;
      readonly workflow: string;
      readonly owner: string;
      readonly team: string;
      readonly from: string | null;
      readonly to: string | null;
      readonly reason: string;
      readonly set_by: string;
      readonly set_at: string;
      readonly lifted_by: string | null;
      readonly lifted_at: string | null;
      readonly lift_reason: string | null;
    };
  };
  /** Erase what people and models wrote in a run, a span, or the runs that a person started, for good */
  'POST /v1/erasures': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly run_id: string;
      readonly reason: string;
    } | {
      readonly run_id: string;
      readonly trace_id: string;
      readonly span_id: string;
      readonly reason: string;
    } | {
      readonly person: string;
      readonly reason: string;
    };
    readonly answer: {
      readonly erasure_id: string;
      readonly kind: "run" | "span" | "person";
      readonly run_id: string | null;
      readonly trace_id: string | null;
      readonly span_id: string | null;
      readonly person: string | null;
      readonly team: string;
      readonly reason: string;
      readonly asked_by: string;
      readonly asked_at: string;
      readonly state: "running" | "finished";
      readonly finished_at: string | null;
      readonly runs: {
        readonly all: number;
        readonly erased: number;
        readonly held: number;
        readonly open: number;
      };
      readonly spans: number;
      readonly quarantined: number;
      readonly approvals: number;
      readonly elsewhere: { readonly [name: string]: { readonly [name: string]: number } } | null;
    };
  };
  /** Erasures, the newest first */
  'GET /v1/erasures': {
    readonly params: undefined;
    readonly query: {
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
    };
    readonly body: undefined;
    readonly answer: {
      readonly items: readonly ({
        readonly erasure_id: string;
        readonly kind: "run" | "span" | "person";
        readonly run_id: string | null;
        readonly trace_id: string | null;
        readonly span_id: string | null;
        readonly person: string | null;
        readonly team: string;
        readonly reason: string;
        readonly asked_by: string;
        readonly asked_at: string;
        readonly state: "running" | "finished";
        readonly finished_at: string | null;
        readonly runs: {
          readonly all: number;
          readonly erased: number;
          readonly held: number;
          readonly open: number;
        };
        readonly spans: number;
        readonly quarantined: number;
        readonly approvals: number;
        readonly elsewhere: { readonly [name: string]: { readonly [name: string]: number } } | null;
      })[];
      readonly next_cursor: string | null;
    };
  };
  /** What an erasure would erase, and what is in its way; changes nothing */
  'POST /v1/erasures/preview': {
    readonly params: undefined;
    readonly query: undefined;
    readonly body: {
      readonly run_id: string;
    } | {
      readonly run_id: string;
      readonly trace_id: string;
      readonly span_id: string;
    } | {
      readonly person: string;
    };
    readonly answer: {
      readonly runs: number;
      readonly spans: number;
      readonly quarantined: number;
      readonly approvals: number;
      readonly held: readonly (string)[];
      readonly open: readonly (string)[];
    };
  };
  /** One erasure: how far it has come, and what was erased where */
  'GET /v1/erasures/{erasure_id}': {
    readonly params: {
      readonly erasure_id: string;
    };
    readonly query: undefined;
    readonly body: undefined;
    readonly answer: {
      readonly erasure_id: string;
      readonly kind: "run" | "span" | "person";
      readonly run_id: string | null;
      readonly trace_id: string | null;
      readonly span_id: string | null;
      readonly person: string | null;
      readonly team: string;
      readonly reason: string;
      readonly asked_by: string;
      readonly asked_at: string;
      readonly state: "running" | "finished";
      readonly finished_at: string | null;
      readonly runs: {
        readonly all: number;
        readonly erased: number;
        readonly held: number;
        readonly open: number;
      };
      readonly spans: number;
      readonly quarantined: number;
      readonly approvals: number;
      readonly elsewhere: { readonly [name: string]: { readonly [name: string]: number } } | null;
    };
  };
}

export type shape_afe7ea38___schema0 = string | number | boolean | null | readonly (shape_afe7ea38___schema0)[] | { readonly [name: string]: shape_afe7ea38___schema0 };

export type shape_afe7ea38___schema1 = string | number | boolean | null | readonly (shape_afe7ea38___schema1)[] | { readonly [name: string]: shape_afe7ea38___schema1 };

export type shape_beb8d6de___schema0 = string | number | boolean | null | readonly (shape_beb8d6de___schema0)[] | { readonly [name: string]: shape_beb8d6de___schema0 };

export type shape_beb8d6de___schema1 = string | number | boolean | null | readonly (shape_beb8d6de___schema1)[] | { readonly [name: string]: shape_beb8d6de___schema1 };

export type shape_beb8d6de___schema2 = string | number | boolean | null | readonly (shape_beb8d6de___schema2)[] | { readonly [name: string]: shape_beb8d6de___schema2 };

export type shape_5cc2e19f___schema0 = string | number | boolean | null | readonly (shape_5cc2e19f___schema0)[] | { readonly [name: string]: shape_5cc2e19f___schema0 };
