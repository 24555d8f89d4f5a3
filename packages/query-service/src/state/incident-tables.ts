import type { Severity, WebhookKind } from '@tollgate/contract';

/** Nanoseconds since 1970 as 19 digits, so that text order is time order (until the year 2286). */
type Time = string;

/** `unsent`: the path has no webhook, so that people see it in the console alone. */
export const NOTIFICATION_STATES = ['waiting', 'delivered', 'given_up', 'unsent'] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];

/** The outbox of incident paths: one row each time that a flag became an incident, and each test. */
interface Notifications {
  /** The `webhook-id` of every attempt. */
  notification_id: string;
  purpose: 'incident' | 'test';
  workflow: string;
  policy_version: string;
  owner: string;
  team: string;
  severity: Severity;
  kind: WebhookKind;
  state: NotificationState;
  opened_at: Time;
  /** Until when it is to be delivered and acknowledged. */
  due_at: Time;
  give_up_at: Time;
  updated_at: Time;
  attempts: number;
  /** 1 where this incident suspended the workflow. */
  suspended: number;
  /** Null of a test, as is control. */
  flag_id: string | null;
  control: string | null;
  run_id: string | null;
  url: string | null;
  next_attempt_at: Time | null;
  /** When it was delivered or given up. */
  settled_at: Time | null;
  acknowledged_by: string | null;
  acknowledged_at: Time | null;
  /** When the flag was cleared, so that nobody has to acknowledge anything. */
  closed_at: Time | null;
}

interface NotificationAttempts {
  notification_id: string;
  /** From 1. */
  attempt: number;
  at: Time;
  /** `delivered`, `answered` (any other status), or why there was no answer, in one word. */
  outcome: string;
  status: number | null;
  took_ms: number;
}

/** What deliveries of a workflow are signed with: at most two are valid at once. Readable, because it signs. */
interface WebhookSecrets {
  secret_id: string;
  workflow: string;
  secret: string;
  made_at: Time;
  made_by: string;
  /** Set once it was replaced. */
  ends_at: Time | null;
}

export interface IncidentTables {
  notifications: Notifications;
  notification_attempts: NotificationAttempts;
  webhook_secrets: WebhookSecrets;
}
export type NotificationRow = Notifications;
