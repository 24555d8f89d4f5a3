import { z } from 'zod';
import { patternProblem } from '../pattern.ts';
import { checkJsonSchema } from './check-schema.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A regular expression that is matched in linear time; see `linearPattern`. */
export const linear = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const problem = patternProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

const jsonSchema = z.record(z.string(), z.unknown()).superRefine((schema, context) => {
  for (const { path, message } of checkJsonSchema(schema))
    context.addIssue({ code: 'custom', path: [...path], message });
});

/**
 * What one argument of a tool may be. `any` names an argument without constraining it; every other key has to hold.
 * A `schema` is JSON Schema (2020-12). A `pattern` is anchored at both ends; a `prefix` refuses values with a `..` path segment, which would climb out of it.
 */
export const constraint = z.union(
  [
    z.literal('any'),
    z
      .strictObject({
        equals: scalar.optional(),
        one_of: z.array(scalar).min(1).optional(),
        prefix: z.string().min(1).optional(),
        pattern: linear.optional(),
        min: z.number().optional(),
        max: z.number().optional(),
        max_length: z.int().min(0).optional(),
        schema: jsonSchema.optional(),
        optional: z.boolean().optional(),
      })
      .refine((value) => Object.keys(value).some((key) => key !== 'optional'), {
        error: 'an empty constraint allows nothing by accident: write `any`',
      }),
  ],
  { error: 'write `any`, or at least one of equals, one_of, prefix, pattern, min, max, max_length, schema' },
);

export type Constraint = z.output<typeof constraint>;
