import {
  type ApprovalGate,
  type ApprovalRequest,
  type Decision,
  decide,
  type JsonValue,
  parseCanonicalJson,
  type Requirements,
  TollgateError,
} from '@tollgate/contract';

/** Policy's answer to a request for an approval: the gate it waits at, or the denial. */
export type Admission =
  | { readonly kind: 'admitted'; readonly gate: ApprovalGate; readonly raised_by: readonly string[] }
  | { readonly kind: 'denied'; readonly decision: Decision };

/**
 * Whether this call may be asked for at all, by the same `decide` that the gate uses. Pure.
 * @throws TollgateError `arguments_not_i_json`, `invalid_request` for an action that is not the tool's,
 *   `conflict` for a call that needs no approval
 */
export function admit(policy: Requirements, request: ApprovalRequest, suspended: boolean): Admission {
  const args: JsonValue = parseCanonicalJson(request.arguments);
  const decision = decide(policy, {
    tool: request.tool,
    arguments: args,
    rollback_note: request.rollback_note,
    // What a run has spent and how often it was denied is its own gate's to know; only the workflow's state is ours.
    run: { spent_usd: '0', denials: 0, errors: 0, suspended },
    service: 'reachable',
  });
  if (decision.verdict === 'deny') return { kind: 'denied', decision };
  if (decision.action !== request.action)
    throw new TollgateError('invalid_request', undefined, {
      issues: [{ path: 'body.action', message: `the action of ${request.tool} is ${decision.action}` }],
    });
  const gate = policy.approval_gates.find(({ tool }) => tool === request.tool);
  if (gate === undefined) throw new TollgateError('conflict', `${request.tool} needs no approval.`);
  const tool = policy.allowed_tools.find((allowed) => allowed.tool === request.tool);
  const hinted = decision.verdict === 'allow' ? ['hints of the tool, at its gate'] : [];
  return { kind: 'admitted', gate, raised_by: [...(tool?.raised_by ?? []), ...hinted] };
}

/** The error that a denial is to the caller: the reason is machine-readable in `issues`. */
export function denial({ reason, field, expected }: Decision): TollgateError {
  if (reason === 'workflow_suspended') return new TollgateError('workflow_suspended');
  const message = expected === undefined ? reason : `${reason}: expected ${expected}`;
  return new TollgateError('forbidden', 'Policy denies this call.', {
    issues: [{ path: field ?? '', message }],
  });
}
