import { type FlagState, type Role, type Severity, TollgateError } from '@tollgate/contract';
import { allows } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import type { HadPart } from './had-part.ts';

export const TRIAGE_ROLES: readonly Role[] = ['owner', 'reviewer', 'approver', 'admin'];

/** From which states a person may take a flag where. Cleared and resolved are ends; the system alone reopens. */
const FROM: Readonly<Record<'acknowledged' | 'resolved', readonly FlagState[]>> = {
  acknowledged: ['open'],
  resolved: ['open', 'acknowledged'],
};

export type TriageState = keyof typeof FROM;

export const mayBecome = (state: FlagState, to: TriageState): boolean => FROM[to].includes(state);

interface Triaged {
  readonly severity: Severity;
  readonly state: FlagState;
  readonly team: string;
}

const WORDS: Readonly<Record<HadPart['part'], string>> = {
  initiator: 'You started the run that this flag is about.',
  approver: 'You approved the call that this flag is about.',
  glass_breaker: 'You broke the glass that this flag is about.',
};

/**
 * Why this person may not resolve a flag: nobody closes a critical flag about what they did themselves, whatever their
 * roles. That they have seen it, they may say. Pure.
 */
export function barredFromResolving(
  { severity }: Pick<Triaged, 'severity'>,
  had_part: readonly HadPart[],
  person: Pick<Identity, 'name'>,
): TollgateError | undefined {
  const own = had_part.find((each) => each.person === person.name);
  return severity === 'critical' && own !== undefined
    ? new TollgateError('four_eyes', WORDS[own.part])
    : undefined;
}

/** Whether who asks may resolve a flag as it is now. Pure. */
export const mayResolve = (identity: Identity, flag: Triaged, had_part: readonly HadPart[]): boolean =>
  identity.kind === 'person' &&
  allows(identity, { roles: TRIAGE_ROLES }, flag.team) === 'allowed' &&
  mayBecome(flag.state, 'resolved') &&
  barredFromResolving(flag, had_part, identity) === undefined;
