import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import {
  type ApprovalRequest,
  approvalStatus,
  type ConsumeRequest,
  errorBody,
  heartbeat,
  type LeaseRequest,
  lease,
  type ResumeRequest,
  type RunRegistrationRequest,
  receipt,
  resumedRun,
  runRegistration,
  type SettleRequest,
  type StopRequest,
  settleAnswer,
} from '@tollgate/contract';
import { z } from 'zod';

/** What the service made of a request. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** It understood and said no; `code` is one of the contract's error codes where the service is ours. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly message: string;
      /** What the first issue is about. */
      readonly field?: string | undefined;
    }
  /** Nothing, an overload, or something that is not the service. */
  | { readonly kind: 'unreachable'; readonly why: string };

interface Request<T> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly schema: z.ZodType<T>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 10_000;

/** The agents' part of the query service's API. Never throws for what the network or the service does. */
export class ServiceClient {
  private readonly url: string;
  private readonly key: string;

  constructor(url: string, key: string) {
    this.url = url.replace(/\/+$/, '');
    this.key = key;
  }

  heartbeat(workflow: string, timeoutMs: number) {
    const path = `/v1/workflows/${encodeURIComponent(workflow)}/heartbeat`;
    return this.send({ method: 'GET', path, schema: heartbeat, timeoutMs });
  }

  registerRun(body: RunRegistrationRequest) {
    return this.send({ method: 'POST', path: '/v1/runs', body, schema: runRegistration });
  }

  /** Another process goes on with the run. */
  resumeRun(runId: string, body: ResumeRequest) {
    return this.send({ method: 'POST', path: `/v1/runs/${runId}/resume`, body, schema: resumedRun });
  }

  lease(runId: string, body: LeaseRequest) {
    return this.send({ method: 'POST', path: `/v1/runs/${runId}/leases`, body, schema: lease });
  }

  settle(runId: string, body: SettleRequest) {
    return this.send({ method: 'POST', path: `/v1/runs/${runId}/leases/settle`, body, schema: settleAnswer });
  }

  /** Suspends the workflow: what a stop condition may do, and nobody undoes with a key. */
  stopWorkflow(workflow: string, body: StopRequest) {
    const path = `/v1/workflows/${encodeURIComponent(workflow)}/stop`;
    return this.send({ method: 'POST', path, body, schema: z.unknown() });
  }

  requestApproval(body: ApprovalRequest) {
    return this.send({ method: 'POST', path: '/v1/approvals', body, schema: approvalStatus });
  }

  /** Answers at once when the state changes, else after `waitSeconds`. */
  approvalStatus(id: string, waitSeconds: number, signal: AbortSignal) {
    const path = `/v1/approvals/${encodeURIComponent(id)}/status?wait_seconds=${waitSeconds}`;
    const timeoutMs = waitSeconds * 1000 + TIMEOUT_MS;
    return this.send({ method: 'GET', path, schema: approvalStatus, timeoutMs, signal });
  }

  consume(id: string, body: ConsumeRequest) {
    const path = `/v1/approvals/${encodeURIComponent(id)}/consume`;
    return this.send({ method: 'POST', path, body, schema: receipt });
  }

  withdraw(id: string) {
    const path = `/v1/approvals/${encodeURIComponent(id)}/withdraw`;
    return this.send({ method: 'POST', path, body: {}, schema: approvalStatus });
  }

  private send<T>(request: Request<T>): Promise<Answer<T>> {
    return context.with(suppressTracing(context.active()), () => this.exchange(request));
  }

  private async exchange<T>({
    method,
    path,
    body,
    schema,
    timeoutMs,
    signal,
  }: Request<T>): Promise<Answer<T>> {
    const timeout = AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS);
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
      return read(response.status, await response.json(), schema);
    } catch (error) {
      return { kind: 'unreachable', why: error instanceof Error ? error.message : String(error) };
    }
  }
}

function read<T>(status: number, json: unknown, schema: z.ZodType<T>): Answer<T> {
  if (status >= 500 || status === 429) return { kind: 'unreachable', why: `it answered ${status}` };
  if (status >= 200 && status < 300) {
    const parsed = schema.safeParse(json);
    if (parsed.success) return { kind: 'ok', value: parsed.data };
    return { kind: 'unreachable', why: 'its answer is not of the agreed shape' };
  }
  const parsed = errorBody.safeParse(json);
  if (!parsed.success) return { kind: 'unreachable', why: `it answered ${status} without an error of ours` };
  const { code, message, issues = [] } = parsed.data.error;
  const about = issues.map((issue) => `${issue.path}: ${issue.message}`);
  return { kind: 'refused', status, code, message: [message, ...about].join(' '), field: issues[0]?.path };
}
