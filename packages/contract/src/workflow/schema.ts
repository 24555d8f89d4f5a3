import { z } from 'zod';
import { ACTION_NAMES, type ActionName } from '../actions.ts';
import { duration } from '../duration.ts';
import { usd } from '../money.ts';
import { RISKS } from '../words.ts';
import { constraint } from './constraint.ts';
import { content } from './content.ts';
import { incident } from './incident.ts';
import { approver } from './people.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, {
  error: 'use lower-case letters, digits, "-", "_" and "." (at most 64, starting with a letter or digit)',
});
const text = z.string().trim().min(1, { error: 'say it in a few words' }).max(2000);
const person = z.strictObject({
  name: text.describe('The person’s name.'),
  email: z
    .email({ error: 'write the person’s e-mail address' })
    .describe('The identity that the person signs in with.'),
});
/** YAML may hold an amount as a number; its shortest decimal form is what was typed. */
const amount = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), usd);

const approval = z.strictObject({
  approvers: z.array(approver).min(1, { error: 'name at least one approver' }),
  expires: duration.default('30m').describe('After this long without a decision the request expires.'),
  needed: z.int().min(1).max(5).default(1).describe('How many different people have to approve.'),
});

const tool = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.:/-]{1,128}$/, { error: 'use letters, digits and "_ . : / -" (at most 128)' }),
  action: z
    .enum(ACTION_NAMES as [ActionName, ...ActionName[]])
    .describe('What the tool does, from the action catalogue; it fixes the class.'),
  description: text.optional(),
  reads: z.array(name).default([]).describe('The data sources that the tool reads.'),
  scope: z
    .record(z.string().min(1).max(256), constraint)
    .optional()
    .describe('Constraints by argument path. With a scope, an argument that it does not name is refused.'),
  rollback: text.optional().describe('How to undo one call; {argument} is filled from the call.'),
  approval: approval.optional(),
  raise_to: z
    .union([z.literal(2), z.literal(3)])
    .optional()
    .describe('Raises the class; a lower class than the action’s is an error.'),
});

const budget = z.strictObject({
  per_call: amount.optional().describe('US dollars, most for one model call.'),
  per_run: amount.describe('US dollars, most for one run.'),
  per_day: amount.optional().describe('US dollars, all runs of one UTC day.'),
  per_month: amount.optional().describe('US dollars, all runs of one UTC month.'),
  warn_at: z
    .array(z.int().min(1).max(99))
    .default([50, 80, 95])
    .describe('Early warnings, in percent of a limit.'),
});

const review = z.strictObject({
  sample_rate: z.number().min(0).max(1).describe('Share of class-2 actions that a person reviews, 0 to 1.'),
  minimum_per_week: z.int().min(0).max(1000).default(1),
  deadline: duration.describe('How long after the action the review is due.'),
  reviewers: z.array(approver).min(1, { error: 'name at least one reviewer' }),
});

const stops = z.strictObject({
  denials: z.int().min(1).max(1000).default(3).describe('Denied tool calls in one run.'),
  errors: z.int().min(1).max(1000).default(5).describe('Failed tool calls in one run.'),
  spend_usd: amount
    .optional()
    .describe('US dollars spent by one run; below the budget, which refuses anyway.'),
  suspend_workflow: z
    .boolean()
    .optional()
    .describe(
      'Where a condition is met, also suspend the workflow, so that no other run goes on; no by default.',
    ),
  also: z
    .array(text)
    .default([])
    .describe('Conditions in words, for the agent’s instructions and for people.'),
});

const breakGlass = z.strictObject({
  people: z
    .array(z.email({ error: 'name each person by e-mail; a group cannot break glass' }))
    .min(1, { error: 'name at least one person' })
    .max(20),
  expires: duration
    .default('5m')
    .describe('How long the call may be made after a person broke glass for it.'),
});

/** The workflow file before defaults: all the required inputs of DESIGN.md, section 1, and the limits that class 2 and 3 need. */
export const workflowFile = z.strictObject({
  schema: z.literal('tollgate.workflow/1', { error: 'write: schema: tollgate.workflow/1' }),
  workflow: name.describe('The name of the repeated business process.'),
  description: text.optional(),
  owner: person.describe('The accountable person. A run without one does not start.'),
  escalation: person.optional().describe('Who owns the escalation path; the owner when left out.'),
  team: name.describe('The team that uses the agent.'),
  data: z.array(name).describe('Every data source that the agent may read.'),
  actions: z
    .array(z.enum(ACTION_NAMES as [ActionName, ...ActionName[]]))
    .min(1)
    .describe('Every action that the agent may take.'),
  risks: z
    .array(z.enum(RISKS))
    .describe('The risks that the workflow carries; [] says that it carries none.'),
  tools: z.array(tool).min(1, { error: 'list the tools that the agent can call' }).max(200),
  blocked_tools: z
    .array(z.string().min(1))
    .default([])
    .describe('Tools that are refused by name, for people to see; an unlisted tool is refused as well.'),
  budget: budget.optional(),
  review: review.optional().describe('When a human reviews; required where a tool is of class 2.'),
  stops_when: stops.describe('When the agent stops.'),
  failure: z.array(text).min(1, { error: 'say what failure looks like, in at least one line' }),
  rollback: text.optional().describe('How the owner undoes a run; required where a tool is of class 2 or 3.'),
  incident: incident.optional().describe('Whom a breach reaches; required where a tool is of class 3.'),
  break_glass: breakGlass
    .optional()
    .describe('Who may let one waiting call through without its approval. Without it nobody may.'),
  content: content.optional().describe('What of inputs, outputs, arguments and results leaves the process.'),
  when_service_unreachable: z.enum(['refuse', 'allow_class_1']).default('refuse'),
});

export type Workflow = z.output<typeof workflowFile>;
export type WorkflowTool = Workflow['tools'][number];
export type ApprovalRule = NonNullable<WorkflowTool['approval']>;
