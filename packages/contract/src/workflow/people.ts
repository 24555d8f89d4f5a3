import { z } from 'zod';

/** A person by e-mail, or a group. */
export const approver = z.union([z.email(), z.string().regex(/^group:[a-z0-9_-]+$/)], {
  error: 'name a person by e-mail, or a group as group:NAME',
});
