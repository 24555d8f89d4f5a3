import { durationSeconds } from '../duration.ts';
import type { Severity, WebhookKind } from '../words.ts';
import type { Workflow } from '../workflow/schema.ts';

/** Whom a breach reaches, and how. */
export interface IncidentPath {
  readonly people: readonly string[];
  /** Its host alone: the whole URL may be a secret, and agents read requirements. Null: people see it in the console. */
  readonly webhook: { readonly host: string; readonly kind: WebhookKind } | null;
  /** The least severity of a flag that is an incident. */
  readonly from_severity: Severity;
  /** From the flag's opening on. */
  readonly acknowledge_within_seconds: number;
  readonly suspend_workflow: boolean;
}

export function incidentPath({ incident }: Workflow): IncidentPath | null {
  if (incident === undefined) return null;
  const { webhook, webhook_kind = 'standard' } = incident;
  return {
    people: incident.people,
    webhook: webhook === undefined ? null : { host: new URL(webhook).host, kind: webhook_kind },
    from_severity: incident.from_severity ?? 'critical',
    acknowledge_within_seconds: durationSeconds(incident.acknowledge_within),
    suspend_workflow: incident.suspend_workflow ?? false,
  };
}
