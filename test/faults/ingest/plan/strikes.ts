import { type Rng, rngOf } from '../../../support/rng.ts';

export const COLLECTORS = ['a', 'b'] as const;
export type CollectorName = (typeof COLLECTORS)[number];

/**
 * What a dead collector finds when it comes back: its log as it was; half an entry behind it; or a log that lost, or holds
 * scrambled, what was written but never synced, as after a power cut. Nothing that was synced is ever touched.
 */
export const DAMAGES = ['none', 'torn', 'unsynced_lost', 'unsynced_scrambled'] as const;
export type Damage = (typeof DAMAGES)[number];

export type Blow =
  | {
      readonly kind: 'kill_collector';
      readonly collectors: readonly CollectorName[];
      readonly downMs: number;
      readonly damage: Damage;
    }
  | { readonly kind: 'stall_collector'; readonly collectors: readonly CollectorName[]; readonly ms: number }
  | { readonly kind: 'kill_clickhouse' }
  | { readonly kind: 'stall_clickhouse'; readonly ms: number }
  /** Connections to ClickHouse are cut, and for a while there is nobody at the other end. */
  | { readonly kind: 'cut_clickhouse'; readonly ms: number }
  | { readonly kind: 'kill_everything'; readonly downMs: number; readonly damage: Damage }
  /** A collector is killed while ClickHouse is away, so that it comes back to a full log and nobody to give it to. */
  | {
      readonly kind: 'kill_collector_alone';
      readonly collector: CollectorName;
      readonly ms: number;
      readonly damage: Damage;
    }
  /** ClickHouse is away until a collector has refused, or for so long. */
  | { readonly kind: 'fill_log'; readonly mostMs: number };

/** After so many milliseconds of peace. */
export interface Strike {
  readonly afterMs: number;
  readonly blow: Blow;
}

/** As many strikes as a session can ever need; the same for the same seed. */
export function makeStrikes(seed: number): readonly Strike[] {
  const rng = rngOf(seed ^ 0x5eed);
  return Array.from({ length: 2_000 }, (_, index) => ({
    afterMs: rng.below(2_500),
    blow: blowOf(rng, index),
  }));
}

/** The first few are one of each, so that a short session has seen them all. */
function blowOf(rng: Rng, index: number): Blow {
  const makers = [
    () => killCollector(rng),
    () => ({ kind: 'kill_clickhouse' }) as const,
    () => ({ kind: 'fill_log', mostMs: 8_000 }) as const,
    () => ({ kind: 'kill_everything', downMs: rng.below(800), damage: rng.pick(DAMAGES) }) as const,
    () => ({ kind: 'cut_clickhouse', ms: 50 + rng.below(4_000) }) as const,
    () => killCollector(rng),
    () => ({ kind: 'stall_clickhouse', ms: 100 + rng.below(6_000) }) as const,
    () =>
      ({
        kind: 'kill_collector_alone',
        collector: rng.pick(COLLECTORS),
        ms: 300 + rng.below(3_000),
        damage: rng.pick(DAMAGES),
      }) as const,
    () =>
      ({ kind: 'stall_collector', collectors: [rng.pick(COLLECTORS)], ms: 50 + rng.below(3_000) }) as const,
    () => killCollector(rng),
  ] as const satisfies readonly (() => Blow)[];
  const nth = index < makers.length ? index : rng.below(makers.length);
  return (makers[nth] ?? makers[0])();
}

function killCollector(rng: Rng): Blow {
  const one = rng.pick(COLLECTORS);
  return {
    kind: 'kill_collector',
    collectors: rng.chance(0.25) ? COLLECTORS : [one],
    downMs: rng.below(1_500),
    damage: rng.pick(DAMAGES),
  };
}
