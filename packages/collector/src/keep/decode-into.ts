import type { Incoming } from '../batch/incoming.ts';
import type { Appended } from '../block/body-source.ts';
import type { LandingBlock } from '../block/landing-block.ts';
import type { ResolvedLimits } from '../limits.ts';

/** Decodes a body that has just come. */
export const decodeInto =
  (limits: ResolvedLimits) =>
  (block: LandingBlock, body: Incoming): Appended =>
    block.append(body.unpacked, {
      encoding: body.encoding,
      principal: body.principal,
      maxMessages: limits.maxMessages,
      maxRawBytes: limits.maxQuarantineBytes,
      nowNs: BigInt(body.receivedMs) * 1_000_000n,
    });
