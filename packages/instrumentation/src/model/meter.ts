import { compareUsd } from '@tollgate/contract';
import { nowNs } from '../evidence/clock.ts';
import type { ModelCall, ModelReport, ModelUsageReport } from '../face.ts';
import { refuseModel } from '../gate/refuse.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import { stopWorkflowIfMet } from '../run/stop-conditions.ts';
import { nameOf } from '../thrown.ts';
import type { Reservation } from './admission.ts';
import { contractUsage, costOf, estimate } from './price.ts';
import { modelEntry } from './record.ts';

/** A metered call under way. Exactly one of its ends is called; a second is ignored. */
export interface OpenCall {
  done(report: ModelReport): Promise<void>;
  /** It failed, or was broken off: what it used is unknown, and its reservation counts as spent. */
  failed(error: unknown, report?: ModelReport): Promise<void>;
  /** It was never made: nothing is spent, and there is nothing to record. */
  unused(): void;
}

/** Admits one model call, or refuses it on record. @throws ModelRefused */
export async function openModelCall(run: GovernedRun, about: ModelCall): Promise<OpenCall> {
  const startNs = nowNs();
  const { policy, heartbeat } = run.process;
  if (run.ended) throw await refuseModel(run, about.model, { reason: 'run_sealed' });
  const known = heartbeat.known();
  const heard =
    known.last?.suspended === true || run.registration === 'late' ? await heartbeat.fresh() : known;
  if (heard.last?.suspended === true)
    throw await refuseModel(run, about.model, { reason: 'workflow_suspended' });
  if (heard.service === 'reachable') await run.registerLate();
  const spent = run.budget.spent();
  const { spend_usd: most } = policy.stops_when;
  if (most !== undefined && compareUsd(spent, most) >= 0)
    throw await refuseModel(run, about.model, {
      reason: 'stop_condition',
      field: 'stops_when.spend_usd',
      expected: `less than ${most} USD spent`,
    });
  const worst = estimate(about, inputBytes(about.input), new Date());
  const admission = await run.budget.reserve(worst);
  if (admission.kind === 'refused') {
    const { reason, field, expected } = admission;
    const detail = { spent_usd: spent, limit_usd: policy.budget_limit.per_run ?? null };
    throw await refuseModel(run, about.model, { reason, field, expected, detail });
  }
  return openCall(run, about, startNs, admission.reservation);
}

/** Meters `call`; what it returns carries the usage. */
export async function meter<T extends ModelReport>(
  run: GovernedRun,
  about: ModelCall,
  call: () => Promise<T>,
): Promise<T> {
  const open = await openModelCall(run, about);
  let report: T;
  try {
    report = await call();
  } catch (error) {
    await open.failed(error);
    throw error;
  }
  await open.done(report);
  return report;
}

/** Records a call that was made elsewhere. Its cost counts; there was nothing to refuse. */
export async function recordUsage(run: GovernedRun, report: ModelUsageReport): Promise<void> {
  const endNs = report.endedAt === undefined ? nowNs() : BigInt(report.endedAt.getTime()) * 1_000_000n;
  const startNs = report.startedAt === undefined ? endNs : BigInt(report.startedAt.getTime()) * 1_000_000n;
  await finish(run, report, report, { startNs, endNs, errorType: undefined }, undefined);
}

function openCall(run: GovernedRun, about: ModelCall, startNs: bigint, reservation: Reservation): OpenCall {
  let open = true;
  const end = async (report: ModelReport, errorType: string | undefined) => {
    if (!open) return;
    open = false;
    run.openModelCalls.delete(call);
    await finish(run, about, report, { startNs, endNs: nowNs(), errorType }, reservation);
  };
  const call: OpenCall = {
    done: (report) => end(report, undefined),
    failed: (error, report = {}) => end(report, nameOf(error)),
    unused: () => {
      if (!open) return;
      open = false;
      run.openModelCalls.delete(call);
      reservation.settle('0');
    },
  };
  run.openModelCalls.add(call);
  return call;
}

async function finish(
  run: GovernedRun,
  about: ModelCall,
  reported: ModelReport | null | undefined,
  span: { startNs: bigint; endNs: bigint; errorType: string | undefined },
  reservation: Reservation | undefined,
): Promise<void> {
  const report = readable(reported);
  const usage = contractUsage(report.usage);
  const cost = costOf(about, report, usage, new Date());
  if (reservation !== undefined) reservation.settle(cost.usd);
  else if (cost.usd !== null) run.budget.spend(cost.usd);
  run.countModelCall(cost.usd);
  void run.track(stopWorkflowIfMet(run));
  await run.evidence.write(modelEntry({ about, report, usage, cost, ...span }));
}

/** What a provider says, or code that is not TypeScript, need not be of its type; the call was made, and is to be recorded and paid. */
function readable(reported: ModelReport | null | undefined): ModelReport {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return {
    ...reported,
    usage: reported?.usage ?? undefined,
    responseId: text(reported?.responseId),
    responseModel: text(reported?.responseModel),
    serviceTier: text(reported?.serviceTier),
  };
}

/** Of what is sent, as JSON; undefined where it is none. */
export function inputBytes(input: unknown): number | undefined {
  if (input === undefined) return undefined;
  try {
    return Buffer.byteLength(typeof input === 'string' ? input : (JSON.stringify(input) ?? ''));
  } catch {
    return undefined;
  }
}
