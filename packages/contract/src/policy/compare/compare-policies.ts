import type { Workflow, WorkflowTool } from '../../workflow/schema.ts';
import { classOf } from '../classify.ts';
import { type Files, type PolicyChange, same } from './change.ts';
import { FILE_RULES } from './file-rules.ts';
import { scopeChanges } from './scope-changes.ts';
import { approvalAppears, approvalGoes, TOOL_RULES, type ToolPair } from './tool-rules.ts';

/**
 * Every difference between two workflow files, and what it does: the changes of a pull request in the words of policy.
 * Pure. Where nothing `loosens` and nothing is `unclear`, `decide` under `after` answers no call more freely than under
 * `before`, and no tool has a lower class.
 */
export function comparePolicies(before: Workflow, after: Workflow): PolicyChange[] {
  const files = { before, after };
  const own = Object.entries(FILE_RULES).flatMap(([path, rule]): PolicyChange[] => {
    const [old, now] = [at(before, path), at(after, path)];
    return same(old, now) ? [] : [{ path, before: old, after: now, ...rule(old, now, files) }];
  });
  const names = [...new Set([...before.tools, ...after.tools].map(({ name }) => name))];
  return [...own, ...names.flatMap((name) => toolChanges(files, name)), ...orderChange(files)];
}

function toolChanges(files: Files, name: string): PolicyChange[] {
  const [old, now] = [files.before, files.after].map(({ tools }) => tools.find((tool) => tool.name === name));
  const path = `tools.${name}`;
  if (old === undefined || now === undefined) return onlyOne(files, old, now, path);
  const pair = { before: old, after: now };
  const fields = Object.entries(TOOL_RULES).flatMap(([field, rule]): PolicyChange[] => {
    const [a, b] = [at(old, field), at(now, field)];
    if (same(a, b) || (field.startsWith('approval.') && (a === undefined || b === undefined))) return [];
    return [{ path: `${path}.${field}`, before: a, after: b, ...rule(a, b, files, pair) }];
  });
  return [
    ...fields,
    ...approvalChange(files, pair, path),
    ...scopeChanges(old.scope, now.scope, `${path}.scope`, files),
  ];
}

/** An approval rule that a tool gains or loses as a whole. */
function approvalChange(files: Files, tools: ToolPair, path: string): PolicyChange[] {
  const [before, after] = [tools.before.approval, tools.after.approval];
  if ((before === undefined) === (after === undefined)) return [];
  const judgement = before === undefined ? approvalAppears(files, tools) : approvalGoes(files, tools);
  return [{ path: `${path}.approval`, before, after, ...judgement }];
}

/** The order of the tools is part of the policy version and of nothing else. */
function orderChange({ before, after }: Files): PolicyChange[] {
  const [old, now] = [before, after].map(({ tools }) => tools.map(({ name }) => name));
  if (same(old, now) || !same(old?.toSorted(), now?.toSorted())) return [];
  return [
    { path: 'tools', before: old, after: now, effect: 'neutral', why: 'the same tools, in another order' },
  ];
}

function onlyOne(
  files: Files,
  old: WorkflowTool | undefined,
  now: WorkflowTool | undefined,
  path: string,
): PolicyChange[] {
  if (now !== undefined) {
    const why = `one more tool, of class ${classOf(files.after, now).actionClass}`;
    return [{ path, before: undefined, after: now, effect: 'loosens', why }];
  }
  return [{ path, before: old, after: undefined, effect: 'tightens', why: 'the tool is refused' }];
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (node, key) =>
        typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[key] : undefined,
      value,
    );
}
