import type { Role } from '@tollgate/contract';

/**
 * Who may ask what, written down apart from the routes, so that a route that is widened fails its test. Read as well by the
 * generator of docs/authorization.md.
 */
export interface Allowed {
  readonly roles: readonly Role[] | 'public';
  /**
   * `team`: what belongs to other teams is not listed, and asked for by id it is as if it were not there.
   * `installation`: the same for whoever may ask. `self`: about whoever asks.
   */
  readonly of: 'team' | 'installation' | 'self';
}

const READERS: readonly Role[] = ['owner', 'reviewer', 'approver', 'auditor', 'admin'];
const REVIEWERS: readonly Role[] = ['owner', 'reviewer', 'auditor', 'admin'];
const EVERYBODY: readonly Role[] = ['agent', ...READERS];
const team = (...roles: readonly Role[]): Allowed => ({ roles, of: 'team' });
const installation = (...roles: readonly Role[]): Allowed => ({ roles, of: 'installation' });

export const MATRIX: Readonly<Record<string, Allowed>> = {
  'post /v1/session': { roles: 'public', of: 'self' },
  'get /v1/sign-in-options': { roles: 'public', of: 'installation' },
  'get /v1/session': { roles: EVERYBODY, of: 'self' },
  'delete /v1/session': { roles: EVERYBODY, of: 'self' },

  'get /v1/people': team('auditor', 'admin'),
  'post /v1/people': team('admin'),
  'patch /v1/people/{email}': team('admin'),
  'post /v1/tokens': installation('admin'),
  'get /v1/tokens': team('auditor', 'admin'),
  'get /v1/keys': team('auditor', 'admin'),
  'post /v1/keys': team('admin'),
  'post /v1/keys/{credential_id}/rotate': team('admin'),
  'post /v1/credentials/{credential_id}/revoke': team('admin'),

  'get /v1/workflows': team(...READERS),
  'post /v1/workflows': team('owner', 'admin'),
  'get /v1/workflows/{workflow}': team(...READERS),
  'get /v1/workflows/{workflow}/requirements': team(...EVERYBODY),
  'get /v1/workflows/{workflow}/history': team(...READERS),
  'post /v1/workflows/{workflow}/suspend': team('owner', 'admin'),
  'post /v1/workflows/{workflow}/resume': team('owner', 'admin'),
  'get /v1/suspensions': team(...READERS),
  'post /v1/workflows/{workflow}/incident-path/test': team('owner', 'admin'),
  'post /v1/workflows/{workflow}/incident-path/secret': team('owner', 'admin'),
  'get /v1/notifications': team(...READERS),

  'post /v1/runs': team('agent'),
  'post /v1/runs/{run_id}/resume': team('agent'),
  'get /v1/workflows/{workflow}/heartbeat': team('agent', 'owner', 'admin'),
  'post /v1/workflows/{workflow}/stop': team('agent'),
  'post /v1/approvals': team('agent'),
  'get /v1/approvals/{approval_id}/status': team('agent'),
  'post /v1/approvals/{approval_id}/consume': team('agent'),
  'post /v1/approvals/{approval_id}/withdraw': team('agent'),
  'post /v1/runs/{run_id}/leases': team('agent'),
  'post /v1/runs/{run_id}/leases/settle': team('agent'),

  'get /v1/approvals': team(...READERS),
  'get /v1/approvals/{approval_id}': team(...READERS),
  'post /v1/approvals/{approval_id}/decision': team('approver'),
  'post /v1/approvals/{approval_id}/break-glass': team('owner', 'approver', 'reviewer', 'admin'),

  'get /v1/runs': team(...READERS),
  'get /v1/runs/{run_id}': team(...READERS),
  'get /v1/runs/{run_id}/evidence': team(...READERS),
  'post /v1/runs/{run_id}/rollback': team('owner', 'admin'),
  'get /v1/quarantine': team('auditor', 'admin'),
  'get /v1/exports/evidence': team('owner', 'auditor', 'admin'),
  'get /v1/holds': team(...READERS),
  'post /v1/holds': team('owner', 'admin'),
  'post /v1/holds/{hold_id}/lift': team('admin'),
  'post /v1/erasures': team('admin'),
  'post /v1/erasures/preview': team('admin'),
  'get /v1/erasures': team('auditor', 'admin'),
  'get /v1/erasures/{erasure_id}': team('auditor', 'admin'),
  'get /v1/events': team(...READERS),

  'get /v1/budgets': team(...READERS),
  'get /v1/costs': team(...READERS),
  'get /v1/prices': team(...READERS),
  'get /v1/prices/explain': team(...READERS),
  'get /v1/prices/unpriced': team(...READERS),
  'get /v1/prices/lists': installation('auditor', 'admin'),
  'post /v1/prices/lists': installation('admin'),
  'post /v1/prices/reprice': installation('admin'),

  'get /v1/samples': team(...REVIEWERS),
  'get /v1/samples/report': team(...REVIEWERS),
  'get /v1/samples/{sample_id}': team(...REVIEWERS),
  'post /v1/samples/{sample_id}/claim': team('owner', 'reviewer', 'admin'),
  'post /v1/samples/{sample_id}/release': team('owner', 'reviewer', 'admin'),
  'post /v1/samples/{sample_id}/review': team('owner', 'reviewer', 'admin'),
  'get /v1/flags': team(...READERS),
  'get /v1/flags/{flag_id}': team(...READERS),
  'post /v1/flags/{flag_id}/acknowledge': team('owner', 'reviewer', 'approver', 'admin'),
  'post /v1/flags/{flag_id}/resolve': team('owner', 'reviewer', 'approver', 'admin'),
  'get /v1/controls': installation(...READERS),
  'get /v1/controls/results': team(...READERS),
  'get /v1/controls/coverage': team(...READERS),
  'get /v1/controls/{control}/population': team(...READERS),
  'post /v1/controls/evaluate': installation('admin'),
};
