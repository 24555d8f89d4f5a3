import type { WorkflowTool } from '../../workflow/schema.ts';
import { classOf } from '../classify.ts';
import type { Files, Judgement } from './change.ts';
import { always, count, members, time } from './rule-makers.ts';

/** The same tool in both files. */
export interface ToolPair {
  readonly before: WorkflowTool;
  readonly after: WorkflowTool;
}

export type ToolRule = (before: unknown, after: unknown, files: Files, tools: ToolPair) => Judgement;

/** A rule for each field of a tool but its scope, which has its own. */
export const TOOL_RULES: Readonly<Record<string, ToolRule>> = {
  name: always('neutral', 'a tool is known by its name'),
  action: byClass,
  raise_to: byClass,
  description: always('neutral', 'words for people'),
  reads: members('loosens', 'tightens', 'data that the tool may read'),
  rollback,
  'approval.approvers': members('loosens', 'tightens', 'people who may approve'),
  'approval.expires': time({ more: 'loosens', what: 'time in which an approval may be given and used' }),
  'approval.needed': count({ more: 'tightens', what: 'people who have to approve' }),
};

/** Action, `raise_to` and the declared risks make the class together, so the class of the whole is what counts. */
function byClass(_before: unknown, _after: unknown, files: Files, tools: ToolPair): Judgement {
  const old = classOf(files.before, tools.before).actionClass;
  const now = classOf(files.after, tools.after).actionClass;
  if (now === old) return { effect: 'neutral', why: `class ${now} as before` };
  return { effect: now < old ? 'loosens' : 'tightens', why: `class ${old} → class ${now}` };
}

/** Only a class-1 tool can do without a note; with one, a call that a hint raises to class 2 is no longer refused. */
function rollback(before: unknown, after: unknown): Judgement {
  if (before === undefined)
    return { effect: 'loosens', why: 'a call that a hint raises now has its rollback note' };
  if (after === undefined)
    return { effect: 'tightens', why: 'a call that a hint raises has no rollback note' };
  return { effect: 'neutral', why: 'another note on how to undo a call' };
}

/** A tool below class 3 may have no approval rule; then a call that a hint raises to class 3 is refused. */
export function approvalAppears(files: Files, tools: ToolPair): Judgement {
  return classOf(files.before, tools.before).actionClass < classOf(files.after, tools.after).actionClass
    ? { effect: 'tightens', why: 'each call waits for a person' }
    : { effect: 'loosens', why: 'a call that a hint raises to class 3 waits for a person, and was refused' };
}

export function approvalGoes(files: Files, tools: ToolPair): Judgement {
  return classOf(files.before, tools.before).actionClass > classOf(files.after, tools.after).actionClass
    ? { effect: 'loosens', why: 'calls no longer wait for a person' }
    : { effect: 'tightens', why: 'a call that a hint raises to class 3 is refused' };
}
