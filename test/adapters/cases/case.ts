import type { House } from '../../../packages/instrumentation/test/support/house.ts';
import type { Driver } from '../driver.ts';

/** One thing that must hold in every framework. */
export interface Case {
  /** kebab-case. */
  readonly name: string;
  /** What must hold, as a sentence. */
  readonly holds: string;
  /** The lesson or invariant that it comes from. */
  readonly from: string;
  /** About model calls: not applicable where the driver's framework makes none. */
  readonly needs?: 'models';
  /** The registered workflow file; default: support/workflow.ts. */
  readonly workflow?: string;
  /** Plays it in a house of its own. Throws an AssertionError where it does not hold. */
  run(driver: Driver, house: House): Promise<void>;
}
