import type { Strike, Trial } from '../plan/trial.ts';
import type { FoundFrame } from '../programs/frames.ts';
import type { Effect, Said } from '../programs/messages.ts';
import type { Confirmed } from './approver.ts';
import type { ControlFacts } from './control-facts.ts';
import type { ArrivedRecord } from './evidence-sink.ts';

/** What a process said, in its order. */
export interface Heard {
  readonly life: string;
  readonly said: Said;
}

/** An agent process that was killed, and what lay in the outbox at that moment. */
export interface Death {
  readonly life: string;
  readonly frames: readonly FoundFrame[];
  readonly torn: number;
}

/** Everything that is known of a trial once its run is sealed and its evidence delivered. The checks see nothing else. */
export interface TrialFacts {
  readonly trial: Trial;
  /** Each run that the service registered or an agent spoke of meanwhile. */
  readonly runs: readonly string[];
  readonly heard: readonly Heard[];
  readonly effects: readonly Effect[];
  readonly control: ControlFacts;
  readonly arrived: readonly ArrivedRecord[];
  readonly deaths: readonly Death[];
  readonly confirmed: readonly Confirmed[];
  /** Those that hit; the others waited for a step that was never passed. */
  readonly struck: readonly Strike[];
  readonly resumes: number;
  /** What no checker has to look for: a process that died of itself, a run that was not sealed in time. */
  readonly trouble: readonly string[];
}
