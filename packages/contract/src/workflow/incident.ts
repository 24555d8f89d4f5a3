import { z } from 'zod';
import { duration } from '../duration.ts';
import { SEVERITIES, WEBHOOK_KINDS } from '../words.ts';
import { approver } from './people.ts';

const webhook = z
  .url({ protocol: /^https?$/, error: 'write a URL that starts with https:// or http://' })
  .max(2048)
  .superRefine((url, context) => {
    if (!URL.canParse(url)) return;
    const { username, password, hash } = new URL(url);
    if (username !== '' || password !== '')
      context.addIssue({
        code: 'custom',
        message: 'leave name and password out of the URL: every notification is signed instead',
      });
    if (hash !== '')
      context.addIssue({ code: 'custom', message: 'leave the part from # on out: it is never sent' });
  });

/**
 * The `incident` section of a workflow file. What was added to it later has no default here: a file that leaves a key
 * out keeps its policy version, and `requirements()` fills in what absence means.
 */
export const incident = z.strictObject({
  people: z.array(approver).min(1, { error: 'name at least one person to reach' }),
  acknowledge_within: duration
    .default('30m')
    .describe(
      'How long after a flag opens its notification is to be delivered and a person has to acknowledge it.',
    ),
  webhook: webhook.optional().describe('Where a notification of each incident is sent.'),
  webhook_kind: z
    .enum(WEBHOOK_KINDS)
    .optional()
    .describe('standard: JSON, signed as Standard Webhooks; slack: {text, blocks}. standard by default.'),
  from_severity: z
    .enum(SEVERITIES)
    .optional()
    .describe('Flags of this severity and above are incidents; critical by default.'),
  suspend_workflow: z
    .boolean()
    .optional()
    .describe(
      'Whether an incident suspends the workflow at once, until a person lets it go on; no by default.',
    ),
});
