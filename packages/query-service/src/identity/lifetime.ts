import { z } from 'zod';

/** How long a key or token lives, in seconds; bounded, because a time has nineteen digits. */
export const lifetime = z
  .number()
  .positive()
  .max(10 * 365 * 86_400);
