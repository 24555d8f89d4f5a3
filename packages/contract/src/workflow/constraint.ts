import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

/**
 * What one argument of a tool may be. `any` names an argument without constraining it; every other key has to hold.
 * A `pattern` is anchored at both ends; a `prefix` refuses values with a `..` path segment, which would climb out of it.
 */
export const constraint = z.union(
  [
    z.literal('any'),
    z
      .strictObject({
        equals: scalar.optional(),
        one_of: z.array(scalar).min(1).optional(),
        prefix: z.string().min(1).optional(),
        pattern: z
          .string()
          .min(1)
          .max(1000)
          .refine(compiles, { error: 'not a regular expression' })
          .optional(),
        min: z.number().optional(),
        max: z.number().optional(),
        max_length: z.int().min(0).optional(),
        optional: z.boolean().optional(),
      })
      .refine((value) => Object.keys(value).some((key) => key !== 'optional'), {
        error: 'an empty constraint allows nothing by accident: write `any`',
      }),
  ],
  { error: 'write `any`, or at least one of equals, one_of, prefix, pattern, min, max, max_length' },
);

export type Constraint = z.output<typeof constraint>;
