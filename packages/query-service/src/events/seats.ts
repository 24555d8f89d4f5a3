import { TollgateError } from '@tollgate/contract';
import type { ControlState } from '../state/change.ts';

/** Streams that one person may have open at once: some browsers with some pages each. */
export const MOST_OF_A_PERSON = 30;
/** Of all together: who watches must never take the places of agents that wait for decisions. */
const MOST = 2000;

const taken = new WeakMap<ControlState, Map<string, number>>();

/** A place for one more stream. Gives back how to leave it. @throws TollgateError `too_many_requests` */
export function takeSeat(control: ControlState, person: string): () => void {
  const seats = taken.get(control) ?? new Map<string, number>();
  taken.set(control, seats);
  const mine = seats.get(person) ?? 0;
  const all = [...seats.values()].reduce((sum, count) => sum + count, 0);
  if (mine >= MOST_OF_A_PERSON || all >= MOST)
    throw new TollgateError('too_many_requests', 'Close a stream that is open before another is opened.');
  seats.set(person, mine + 1);
  return () => {
    const left = (seats.get(person) ?? 1) - 1;
    if (left > 0) seats.set(person, left);
    else seats.delete(person);
  };
}
