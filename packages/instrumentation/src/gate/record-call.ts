import { nowNs } from '../evidence/clock.ts';
import type { Entry, Hold, Moment } from '../evidence/entry.ts';
import type { HeldFact } from '../evidence/held-back.ts';
import type { Committed } from '../outbox/group.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import type { MouldedKind } from './call-moulds.ts';
import {
  argumentsOf,
  calledEntry,
  type Finish,
  finishEntry,
  gateEntry,
  hasReads,
  type Ruling,
} from './entries.ts';
import type { Call } from './prepare.ts';

/** What is known of a call when it is let through. */
export interface Permit {
  readonly ruling: Ruling;
  readonly begun: Moment;
  /** Its intent, as long as it is not on record; absent where it had to be first. */
  readonly intent?: HeldFact | undefined;
  /** Its intent was synced before anything happened. */
  readonly isSynced?: boolean;
}

export type End = Pick<Finish, 'outcome' | 'result' | 'errorType'>;

/** That a call will be executed: verdict and arguments. */
export function recordIntent(
  run: GovernedRun,
  call: Call,
  { ruling, begun }: Permit,
  hold?: Hold,
): Promise<Committed> {
  const entry = () => gateEntry(call, ruling, 'executed', { moment: begun });
  return recordCall(
    run,
    call,
    { kind: 'gate_decided', ruling, entry, startNs: begun.ns, moment: begun },
    hold,
  );
}

/** How a call ended; where its intent is not on record yet, both in one record. */
export function recordEnd(run: GovernedRun, call: Call, permit: Permit, end: End): Promise<Committed> {
  const { ruling, begun, intent } = permit;
  const moment = { ns: nowNs(), parent: begun.parent };
  const finish = () => ({ ...end, startNs: begun.ns, endNs: moment.ns, moment });
  const isHeld = intent?.take() === true;
  const entry = () => (isHeld ? calledEntry : finishEntry)(call, ruling, finish());
  if (end.outcome !== 'succeeded') return run.evidence.write(entry());
  const kind = isHeld ? 'tool_called' : 'tool_finished';
  return recordCall(run, call, {
    kind,
    ruling,
    entry,
    startNs: begun.ns,
    moment,
    result: end.result ?? null,
  });
}

interface Fact {
  readonly kind: MouldedKind;
  readonly ruling: Ruling;
  readonly entry: () => Entry;
  readonly startNs: bigint;
  readonly moment: Moment;
  readonly result?: unknown;
}

/** From the mould of its tool, unless the record holds more than others of its kind: an approval, what the tool's code reads. */
function recordCall(run: GovernedRun, call: Call, fact: Fact, hold?: Hold): Promise<Committed> {
  const { kind, ruling, entry, startNs, moment, result } = fact;
  const isPlain = ruling.approvalId === undefined && !hasReads(call);
  const mould = isPlain ? run.moulds.of(kind, call, ruling, entry) : undefined;
  if (mould === undefined) return run.evidence.write(entry(), hold);
  const wanted = kind === 'tool_finished' ? undefined : argumentsOf(call);
  const rollbackNote = call.recordedNote(ruling.actionClass);
  const content = { arguments: wanted, result };
  return run.evidence.writeCall(mould, { callId: call.id, content, rollbackNote, startNs, moment }, hold);
}
