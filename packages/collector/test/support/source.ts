import type { BodySource } from '../../src/block/body-source.ts';

/** A key that may send anything. */
export const SOURCE: BodySource = {
  encoding: 'protobuf',
  principal: { principal: 'p', team: 't', workflows: ['*'] },
  maxMessages: 100_000,
  maxRawBytes: 1000,
  nowNs: BigInt(Date.UTC(2025, 6, 1)) * 1_000_000n,
};
/** A key that speaks for two workflows only. */
export const BOUND: BodySource = {
  ...SOURCE,
  principal: { ...SOURCE.principal, workflows: ['a', 'triage'] },
};
export const asJson = (source: BodySource): BodySource => ({ ...source, encoding: 'json' });
