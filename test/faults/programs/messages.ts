import type { Sabotage, Wanted } from '../plan/trial.ts';

/** What an agent process is told first, as its argument. */
export interface AgentSetup {
  readonly yaml: string;
  readonly url: string;
  readonly otlpUrl: string;
  readonly key: string;
  readonly initiatorToken: string;
  readonly outbox: string;
  readonly controlDirectory: string;
  readonly effectsFile: string;
  readonly orderFile: string;
  /** Which process this is: on every record that it writes, and on every effect. */
  readonly life: string;
}

/** One line of its standard input each. */
export type Job =
  | {
      readonly kind: 'run';
      readonly trial: number;
      readonly wanted: readonly Wanted[];
      readonly parallel: boolean;
      readonly callIds: 'same' | 'other';
      /** The run of a process that died, if it had got so far as to tell. */
      readonly resume?: string;
      readonly sabotage?: Sabotage;
    }
  | { readonly kind: 'flush' }
  | { readonly kind: 'shutdown' };

/** One line of its standard output each, written before anything else happens. */
export type Said =
  | { readonly kind: 'run'; readonly run: string; readonly resumed: boolean }
  | {
      readonly kind: 'step';
      readonly step: string;
      readonly run: string;
      readonly call: string;
      readonly tool: string;
    }
  | {
      readonly kind: 'refused';
      readonly run: string;
      readonly call: string;
      readonly tool: string;
      readonly reason: string;
      readonly enforcement: string;
    }
  | { readonly kind: 'sealed'; readonly run: string; readonly status: string; readonly error?: string }
  | { readonly kind: 'flushed' }
  | { readonly kind: 'down'; readonly unsent: number; readonly rejected: number }
  | { readonly kind: 'problem'; readonly message: string };

/** One line of the effects file: what the tool did to the world, and what it saw there just before. */
export interface Effect {
  readonly trial: number;
  readonly life: string;
  readonly pid: number;
  readonly run: string;
  readonly call: string;
  readonly tool: string;
  /** SHA-256 of the canonical arguments that the tool was given. */
  readonly digest: string;
  /** Of this run and call, as the control state had it on disk at that moment. */
  readonly approvals: readonly SeenApproval[];
  /** The intent of this call was in a file of this process's own outbox. */
  readonly intentOnDisk: boolean;
}

export interface SeenApproval {
  readonly approval_id: string;
  readonly state: string;
  readonly consumed: boolean;
  readonly digest: string;
}
