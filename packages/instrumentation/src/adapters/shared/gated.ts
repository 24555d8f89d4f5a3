import type { Tollgate } from '../../face.ts';

const gatedBy = new WeakMap<object, Tollgate>();

/** Remembers code that stands behind the gate. By the code itself: the object around it is copied as it pleases. */
export function markGated<F extends object>(tollgate: Tollgate, execute: F): F {
  gatedBy.set(execute, tollgate);
  return execute;
}

/** Whether this code stands behind this gate already: a second one would ask for a second approval of each call. */
export const isGated = (tollgate: Tollgate, execute: object): boolean => gatedBy.get(execute) === tollgate;
