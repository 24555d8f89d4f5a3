import { DEFAULT_RETENTION } from '@tollgate/clickhouse';
import type { Settings } from './deps.ts';
import { DEFAULT_RATE_LIMITS } from './http/rate-limits.ts';

/** What holds where nothing else is said. */
export const DEFAULT_SETTINGS: Settings = {
  rate_limits: DEFAULT_RATE_LIMITS,
  stream_seconds: 3600,
  open_metrics: false,
  hosts: [],
  session_seconds: 12 * 3600,
  secure_cookies: false,
  max_body_bytes: 4 * 1024 * 1024,
  max_waiting_approvals: 10_000,
  lease_seconds: 30,
  evidence_days: DEFAULT_RETENTION.evidence,
  private_webhooks: false,
  console_url: '',
};
