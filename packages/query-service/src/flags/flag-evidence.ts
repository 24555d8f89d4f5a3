import { z } from 'zod';

export const flagEvidence = z.record(z.string(), z.json());

/** What raised a flag, as its row holds it. */
export const readFlagEvidence = (text: string): z.output<typeof flagEvidence> =>
  flagEvidence.parse(JSON.parse(text));
