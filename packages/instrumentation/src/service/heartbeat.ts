import type { Heartbeat } from '@tollgate/contract';
import type { Answer, ServiceClient } from './client.ts';

/** What is known of the service at this moment. The last heartbeat's words stay known when it falls silent. */
export interface ServiceState {
  /** `unreachable`: no heartbeat within a second. */
  readonly service: 'reachable' | 'unreachable';
  readonly last: Heartbeat | undefined;
}

const EVERY_MS = 300;
const FRESH_MS = 1000;
const POLL_TIMEOUT_MS = 700;
const PROBE_TIMEOUT_MS = 500;

/** Polls the workflow's heartbeat while runs are active. The age of an answer counts from when its question was sent. */
export class HeartbeatMonitor {
  private readonly client: ServiceClient;
  private readonly workflow: string;
  private readonly policyVersion: string;
  private last: Heartbeat | undefined;
  private lastSentAt = Number.NEGATIVE_INFINITY;
  private inFlight: Promise<Answer<Heartbeat>> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private users = 0;

  constructor(client: ServiceClient, workflow: string, policyVersion: string) {
    this.client = client;
    this.workflow = workflow;
    this.policyVersion = policyVersion;
  }

  /** Keeps polling until the returned function is called. */
  acquire(): () => void {
    this.users += 1;
    this.timer ??= setInterval(() => void this.beat(POLL_TIMEOUT_MS), EVERY_MS).unref();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.users -= 1;
      if (this.users > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  /** The state as last heard. */
  known(): ServiceState {
    const fresh = performance.now() - this.lastSentAt < FRESH_MS;
    return { service: fresh ? 'reachable' : 'unreachable', last: this.last };
  }

  /**
   * The state of the last second: asks once more where the last answer is older, e.g. after a busy event loop, and where
   * it would refuse the call, as that may have been lifted since.
   */
  async fresh(): Promise<ServiceState> {
    if (this.clear() === undefined && this.inFlight !== undefined) await this.inFlight;
    if (this.clear() === undefined) await this.beat(PROBE_TIMEOUT_MS);
    return this.known();
  }

  /** The state of the last second, where it has nothing against a call. */
  clear(): ServiceState | undefined {
    const state = this.known();
    const { service, last } = state;
    const isClear =
      service === 'reachable' && last?.suspended === false && last.policy_version === this.policyVersion;
    return isClear ? state : undefined;
  }

  /** Something else of the service's contradicts the last heartbeat: the next call asks anew. */
  distrust(): void {
    this.lastSentAt = Number.NEGATIVE_INFINITY;
  }

  /** One heartbeat; who asks while one is under way shares it. */
  beat(timeoutMs: number): Promise<Answer<Heartbeat>> {
    this.inFlight ??= this.ask(timeoutMs).finally(() => {
      this.inFlight = undefined;
    });
    return this.inFlight;
  }

  private async ask(timeoutMs: number): Promise<Answer<Heartbeat>> {
    const sentAt = performance.now();
    const answer = await this.client.heartbeat(this.workflow, timeoutMs);
    if (answer.kind === 'ok') {
      this.last = answer.value;
      this.lastSentAt = sentAt;
    }
    return answer;
  }
}
