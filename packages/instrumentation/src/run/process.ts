import type { Requirements } from '@tollgate/contract';
import type { EvidenceMeans } from '../evidence/run-evidence.ts';
import type { BudgetWarning } from '../face.ts';
import type { Masks } from '../redaction/mask.ts';
import type { ServiceClient } from '../service/client.ts';
import type { HeartbeatMonitor } from '../service/heartbeat.ts';

/** What all runs of one `start` share. */
export interface GovernedProcess extends EvidenceMeans {
  readonly policy: Requirements;
  readonly writer: string;
  readonly client: ServiceClient;
  readonly heartbeat: HeartbeatMonitor;
  readonly masks: Masks;
  readonly onBudgetWarning: (warning: BudgetWarning) => void;
}
