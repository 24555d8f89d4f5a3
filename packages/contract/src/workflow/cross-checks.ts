import { durationSeconds } from '../duration.ts';
import { compareUsd } from '../money.ts';
import { classOf } from '../policy/classify.ts';
import type { Finding } from '../yaml-file.ts';
import type { Workflow, WorkflowTool } from './schema.ts';

/** What no single field can say: the rules that hold between fields, and what the classes of the tools require. */
export function crossCheck(workflow: Workflow): Finding[] {
  return [
    ...workflow.tools.flatMap((tool, index) => toolFindings(workflow, tool, index)),
    ...duplicates(workflow),
    ...classRequirements(workflow),
    ...stopFindings(workflow),
    ...glassFindings(workflow),
    ...incidentFindings(workflow),
    ...inexact(workflow, []),
  ];
}

/** What JSON cannot hold exactly has no digest, and a file with it no policy version. */
function inexact(value: unknown, path: readonly (string | number)[]): Finding[] {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return [{ path, message: `${value} is not exact: from 2^53 on, write a number as text, in quotes` }];
  if (typeof value === 'string' && !value.isWellFormed()) return [{ path, message: NOT_WELL_FORMED }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key.isWellFormed()
      ? inexact(each, [...path, Array.isArray(value) ? Number(key) : key])
      : [{ path, message: NOT_WELL_FORMED }],
  );
}

const NOT_WELL_FORMED = 'not well-formed text: half of a surrogate pair';

function toolFindings(workflow: Workflow, tool: WorkflowTool, index: number): Finding[] {
  const at = (...path: (string | number)[]) => ['tools', index, ...path];
  const findings: Finding[] = [];
  if (!workflow.actions.includes(tool.action))
    findings.push({
      path: at('action'),
      message: `"${tool.action}" is not among the workflow's actions; add it there, or choose one of ${workflow.actions.join(', ')}`,
    });
  for (const [position, source] of tool.reads.entries())
    if (!workflow.data.includes(source))
      findings.push({
        path: at('reads', position),
        message: `the workflow may not read "${source}"; add it to data, or take the tool out`,
      });
  const { actionClass, base } = classOf(workflow, tool);
  if (tool.raise_to !== undefined && tool.raise_to < base)
    findings.push({
      path: at('raise_to'),
      message: `"${tool.action}" is class ${base}, and nothing lowers a class; leave raise_to out`,
    });
  if (actionClass >= 2 && (tool.scope === undefined || Object.keys(tool.scope).length === 0))
    findings.push({
      path: at(),
      message: `"${tool.name}" is class ${actionClass} and needs a scope: a constraint for each argument, e.g. scope: {status: {one_of: [open, done]}}`,
    });
  if (actionClass >= 2 && tool.rollback === undefined)
    findings.push({
      path: at(),
      message: `"${tool.name}" is class ${actionClass} and needs a rollback note, e.g. rollback: Set {id} back to its previous status`,
    });
  if (actionClass === 3 && tool.approval === undefined)
    findings.push({
      path: at(),
      message: `"${tool.name}" is class 3 and needs an approval, e.g. approval: {approvers: [${workflow.owner.email}], expires: 30m}`,
    });
  return findings;
}

function duplicates(workflow: Workflow): Finding[] {
  const seen = new Set<string>();
  return workflow.tools.flatMap((tool, index): Finding[] => {
    const twice = seen.has(tool.name);
    seen.add(tool.name);
    if (twice) return [{ path: ['tools', index, 'name'], message: `"${tool.name}" is listed twice` }];
    if (workflow.blocked_tools.includes(tool.name))
      return [
        {
          path: ['tools', index, 'name'],
          message: `"${tool.name}" is listed and blocked; take it out of one of the two`,
        },
      ];
    return [];
  });
}

function classRequirements(workflow: Workflow): Finding[] {
  const highest = Math.max(...workflow.tools.map((tool) => classOf(workflow, tool).actionClass));
  const missing = (field: keyof Workflow, from: number, why: string): Finding[] =>
    highest >= from && workflow[field] === undefined
      ? [{ path: [field], message: `is missing: ${why}` }]
      : [];
  return [
    ...missing('review', 2, 'the workflow has a class-2 or class-3 tool, so say when a human reviews'),
    ...missing(
      'rollback',
      2,
      'the workflow has a class-2 or class-3 tool, so say how its owner undoes a run',
    ),
    ...missing(
      'budget',
      3,
      'the workflow has a class-3 tool, so it needs a budget limit, at least budget: {per_run: "1.00"}',
    ),
    ...missing('incident', 3, 'the workflow has a class-3 tool, so say whom a breach reaches'),
  ];
}

/** A stop condition above the budget is never met, and a person who reads it would believe otherwise. */
function stopFindings({ stops_when: { spend_usd: spend }, budget }: Workflow): Finding[] {
  if (spend === undefined || budget === undefined || compareUsd(spend, budget.per_run) <= 0) return [];
  return [
    {
      path: ['stops_when', 'spend_usd'],
      message: `is above budget.per_run, which refuses at ${budget.per_run} USD; write less than that`,
    },
  ];
}

const MAX_GLASS_SECONDS = 3600;

function glassFindings({ break_glass: glass, tools }: Workflow): Finding[] {
  if (glass === undefined) return [];
  if (tools.every((tool) => tool.approval === undefined))
    return [
      {
        path: ['break_glass'],
        message: 'no tool waits for an approval, so there is no glass to break; leave it out',
      },
    ];
  if (durationSeconds(glass.expires) <= MAX_GLASS_SECONDS) return [];
  return [{ path: ['break_glass', 'expires'], message: 'breaking glass is for one call, now; at most 1h' }];
}

const MAX_ACKNOWLEDGE_SECONDS = 7 * 86_400;

function incidentFindings({ incident }: Workflow): Finding[] {
  if (incident === undefined) return [];
  const findings: Finding[] = [];
  if (incident.webhook_kind !== undefined && incident.webhook === undefined)
    findings.push({
      path: ['incident', 'webhook_kind'],
      message: 'there is no webhook that it could be the kind of; add incident.webhook, or leave it out',
    });
  if (durationSeconds(incident.acknowledge_within) > MAX_ACKNOWLEDGE_SECONDS)
    findings.push({
      path: ['incident', 'acknowledge_within'],
      message: 'an incident that may wait for more than a week is none; at most 7d',
    });
  return findings;
}
