import { findAction } from '../actions.ts';
import type { ActionClass, Risk } from '../words.ts';
import type { WorkflowTool } from '../workflow/schema.ts';

/** What a tool says of itself (MCP tool annotations and the like). A hint may raise a class, never lower it. */
export interface ToolHints {
  readonly destructive?: boolean | undefined;
  readonly openWorld?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
}

export interface Classification {
  readonly actionClass: ActionClass;
  /** The action's own class in the catalogue. */
  readonly base: ActionClass;
  /** Why the class is above the catalogue's, in words; empty where it is not. */
  readonly raisedBy: readonly string[];
}

/** The class of one tool of a workflow: its action's, raised by declared risks, and by the file. Pure. */
export function classOf(
  workflow: { readonly risks: readonly Risk[] },
  tool: Pick<WorkflowTool, 'action' | 'raise_to'>,
): Classification {
  const action = findAction(tool.action);
  if (action === undefined)
    return { actionClass: 3, base: 3, raisedBy: [`unclassified action "${tool.action}"`] };
  const raises = raisesOf(workflow.risks, action, tool);
  const actionClass = Math.max(action.class, ...raises.map(({ to }) => to)) as ActionClass;
  return {
    actionClass,
    base: action.class,
    raisedBy: raises.filter(({ to }) => to > action.class).map(({ why }) => why),
  };
}

function raisesOf(
  risks: readonly Risk[],
  action: { readonly class: ActionClass; readonly touches: readonly Risk[] },
  tool: Pick<WorkflowTool, 'raise_to'>,
): { to: ActionClass; why: string }[] {
  const raises: { to: ActionClass; why: string }[] = [];
  if (action.class === 2)
    for (const risk of action.touches)
      if (risks.includes(risk)) raises.push({ to: 3, why: `touches the ${risk} risk` });
  if (tool.raise_to !== undefined) raises.push({ to: tool.raise_to, why: 'raised by the workflow file' });
  return raises;
}

/** The class of a call whose tool brings hints: at least `actionClass`. */
export function raiseByHints(actionClass: ActionClass, hints: ToolHints = {}): ActionClass {
  if (hints.destructive === true) return 3;
  return hints.readOnly === false && actionClass === 1 ? 2 : actionClass;
}
