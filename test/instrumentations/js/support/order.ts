import { z } from 'zod';

/** What the parent wants played, in the environment variable `PLAY`; a scenario is told in full for programs in Python. */
const order = z.object({
  collector: z.url(),
  key: z.string(),
  provider: z.url(),
  instance: z.string(),
  plays: z.array(
    z.object({
      scenario: z.string(),
      traceparent: z.string(),
      api: z.string(),
      stream: z.boolean(),
      ends: z.string(),
      tier: z.string(),
      usage_asked: z.boolean(),
    }),
  ),
});

export type Order = z.output<typeof order>;

export const readOrder = (): Order => order.parse(JSON.parse(process.env['PLAY'] ?? 'null'));
