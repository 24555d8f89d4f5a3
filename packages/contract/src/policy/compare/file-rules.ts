import { type ContentCapture, SEVERITIES } from '../../words.ts';
import type { Workflow } from '../../workflow/schema.ts';
import { classOf } from '../classify.ts';
import type { Files, Judgement, Rule } from './change.ts';
import { always, amount, count, members, permittedTime, sentences, time, toggle } from './rule-makers.ts';

/** A rule for each field of a workflow file outside its tools; a test fails where the file can say something without one. */
export const FILE_RULES: Readonly<Record<string, Rule>> = {
  schema: always('neutral', 'the form of the file'),
  workflow: always('unclear', 'another workflow, with approvals, spend and reviews of its own'),
  description: always('neutral', 'words for people'),
  'owner.name': always('neutral', 'words for people'),
  'owner.email': always(
    'unclear',
    'another person is accountable, registers the file and decides on rollback',
  ),
  'escalation.name': always('neutral', 'words for people'),
  'escalation.email': always('neutral', 'an escalation reaches another person'),
  team: always('unclear', 'other people see the runs, and other keys may start them'),
  data: members('loosens', 'tightens', 'data that the agent may read'),
  actions: members('loosens', 'tightens', 'actions that the agent may take'),
  risks,
  blocked_tools: blocked,
  'budget.per_call': amount({ more: 'loosens', what: 'spend of one model call' }),
  'budget.per_run': amount({ more: 'loosens', what: 'spend of one run' }),
  'budget.per_day': amount({ more: 'loosens', what: 'spend of one day' }),
  'budget.per_month': amount({ more: 'loosens', what: 'spend of one month' }),
  'budget.warn_at': members('tightens', 'loosens', 'early warnings, in percent'),
  'review.sample_rate': count({ more: 'tightens', what: 'share of class-2 actions that a person reviews' }),
  'review.minimum_per_week': count({ more: 'tightens', what: 'least reviews in a week' }),
  'review.deadline': time({ more: 'loosens', what: 'time until a review is due' }),
  'review.reviewers': reviewers,
  'stops_when.denials': count({ more: 'loosens', what: 'denied calls until the agent stops' }),
  'stops_when.errors': count({ more: 'loosens', what: 'failed calls until the agent stops' }),
  'stops_when.spend_usd': amount({ more: 'loosens', what: 'spend until the agent stops' }),
  'stops_when.suspend_workflow': toggle(false, false, 'whether a stop suspends the workflow'),
  'stops_when.also': sentences('tightens', 'loosens', 'conditions in words'),
  failure: always('neutral', 'words for the people who review'),
  rollback: always('neutral', 'words for the owner; what a call needs is in its tool'),
  'incident.people': members('tightens', 'loosens', 'people whom a breach reaches'),
  'incident.acknowledge_within': time({ more: 'loosens', what: 'time to answer an incident' }),
  'incident.webhook': webhook,
  'incident.webhook_kind': always('neutral', 'the form of what is sent'),
  'incident.from_severity': severity,
  'incident.suspend_workflow': toggle(false, false, 'whether an incident suspends the workflow'),
  'break_glass.people': members('loosens', 'tightens', 'people who may let a call through without approval'),
  'break_glass.expires': permittedTime('time to use broken glass'),
  'content.capture': capture(({ content }) => content?.capture),
  'content.by_class.1': capture(({ content }) => content?.by_class?.[1] ?? content?.capture),
  'content.by_class.2': capture(({ content }) => content?.by_class?.[2] ?? content?.capture),
  'content.by_class.3': capture(({ content }) => content?.by_class?.[3] ?? content?.capture),
  'content.mask_secrets': toggle(true, false, 'whether secrets are masked'),
  'content.mask_patterns': sentences('tightens', 'loosens', 'what is masked by pattern'),
  'content.mask_fields': members('tightens', 'loosens', 'fields that are masked'),
  'content.max_characters': (before = 262_144, after = 262_144) =>
    before === after
      ? { effect: 'neutral', why: 'what leaving it out means' }
      : { effect: 'unclear', why: 'more content leaves the process, or reviewers see less of it' },
  when_service_unreachable: toggle('refuse', 'allow_class_1', 'class 1 without the service'),
};

/** Which tools a risk raises is what a reader wants to know of it. */
function risks(before: unknown, after: unknown, files: Files): Judgement {
  const judgement = members('tightens', 'loosens', 'declared risks')(before, after, files);
  const moved = files.after.tools.flatMap((tool) => {
    const other = files.before.tools.find(({ name }) => name === tool.name);
    if (other === undefined) return [];
    const [old, now] = [classOf(files.before, other), classOf(files.after, tool)];
    return old.actionClass === now.actionClass
      ? []
      : [`${tool.name} is class ${now.actionClass}, was ${old.actionClass}`];
  });
  return { ...judgement, why: [judgement.why, ...moved].join('; ') };
}

/** Taken off the list a tool is still refused, as unlisted; where it is listed now, that is a difference of its own. */
function blocked(): Judgement {
  return { effect: 'neutral', why: 'a tool that is not listed is refused whether it is blocked or not' };
}

function reviewers(before: unknown, after: unknown, files: Files): Judgement {
  if (before === undefined) return { effect: 'tightens', why: 'class-2 actions are now reviewed' };
  if (after === undefined) return { effect: 'loosens', why: 'class-2 actions are no longer reviewed' };
  return members('loosens', 'tightens', 'people who may review')(before, after, files);
}

function webhook(before: unknown, after: unknown): Judgement {
  if (before === undefined) return { effect: 'tightens', why: 'a breach now reaches one more place' };
  if (after === undefined) return { effect: 'loosens', why: 'a breach reaches one place less' };
  return { effect: 'unclear', why: 'a breach reaches another place' };
}

/** The lower the severity, the more flags reach a person. */
function severity(_before: unknown, _after: unknown, { before, after }: Files): Judgement {
  const of = ({ incident }: Workflow) => SEVERITIES.indexOf(incident?.from_severity ?? 'critical');
  if (of(before) === of(after)) return { effect: 'neutral', why: 'what leaving it out means' };
  return of(after) < of(before)
    ? { effect: 'tightens', why: 'flags of a lower severity are incidents' }
    : { effect: 'loosens', why: 'flags of a lower severity are no longer incidents' };
}

/** Less capture keeps content in the process and leaves less to inspect: neither is simply looser. */
function capture(of: (workflow: Workflow) => ContentCapture | undefined): Rule {
  return (_before, _after, files) => {
    const [old, now] = [of(files.before) ?? 'full', of(files.after) ?? 'full'];
    if (old === now) return { effect: 'neutral', why: 'what leaving it out means' };
    const order = ['off', 'digest', 'full'];
    return order.indexOf(now) > order.indexOf(old)
      ? { effect: 'unclear', why: `more content leaves the process (${old} → ${now})` }
      : { effect: 'unclear', why: `less can be inspected afterwards (${old} → ${now})` };
  };
}
