import { z } from 'zod';
import { linearPattern } from '../pattern.ts';
import { CONTENT_CAPTURES } from '../words.ts';
import { closest } from './closest.ts';
import { linear } from './constraint.ts';

/** What the dotted path of a masked field starts with. */
const CONTENT_ROOTS = ['arguments', 'result', 'input', 'output'];

const capture = z.enum(CONTENT_CAPTURES);

/** A pattern for masking: one that matches the empty text would match everywhere and mask nothing. */
const maskPattern = linear.superRefine((pattern, context) => {
  if (matchesNothing(pattern))
    context.addIssue({ code: 'custom', message: 'it matches the empty text, so it would match everywhere' });
});

function matchesNothing(pattern: string): boolean {
  try {
    return linearPattern(pattern).matchesPart('');
  } catch {
    // Said already, as a pattern that is none.
    return false;
  }
}

const maskField = z
  .string()
  .max(512)
  .superRefine((path, context) => {
    const [root = '', ...segments] = path.split('.');
    if (!CONTENT_ROOTS.includes(root)) {
      const near = closest(root, CONTENT_ROOTS);
      const hint = near === undefined ? '' : `; did you mean "${near}"?`;
      context.addIssue({
        code: 'custom',
        message: `a path starts with one of ${CONTENT_ROOTS.join(', ')}, not with "${root}"${hint}`,
      });
    } else if (segments.length === 0 || segments.includes(''))
      context.addIssue({
        code: 'custom',
        message: `name a field below ${root}, with dots, and * for any one segment, e.g. ${root}.customer.iban`,
      });
  });

/**
 * The `content` section of a workflow file. Nothing here has a default of its own: a file that leaves a key out keeps its
 * policy version, and `requirements()` fills in what absence means.
 */
export const content = z.strictObject({
  capture: capture
    .optional()
    .describe(
      'full: content and its digest; digest: no content; off: a digest that nobody can open. full by default.',
    ),
  by_class: z
    .strictObject({ 1: capture.optional(), 2: capture.optional(), 3: capture.optional() })
    .optional()
    .describe('Otherwise than `capture`, for the tools of one class.'),
  mask_secrets: z
    .boolean()
    .optional()
    .describe('Mask what looks like a key, token or password; yes by default.'),
  mask_patterns: z.array(maskPattern).max(50).optional().describe('Mask what matches, wherever it stands.'),
  mask_fields: z
    .array(maskField)
    .max(200)
    .optional()
    .describe('Mask fields by dotted path, * for any one segment, e.g. arguments.customer.iban'),
  max_characters: z
    .int()
    .min(1)
    .max(1_048_576)
    .optional()
    .describe('Content beyond this is cut; its digest is over the whole. 262144 by default.'),
});
