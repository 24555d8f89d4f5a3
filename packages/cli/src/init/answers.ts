import { type ParseResult, validateWorkflow, workflowJsonSchema } from '@tollgate/contract';

/** What the answers say so far: the fields of a workflow file. */
export type Answers = Readonly<Record<string, unknown>>;

const SCHEMA = 'tollgate.workflow/1';
/** The fields of a file, as its schema lists them. */
const ORDER = Object.keys((workflowJsonSchema() as { properties: object }).properties);

/** JSON Schema of the answers: the fields of a workflow file, where `actions` may be left to the tools. */
export function answersSchema(): Record<string, unknown> {
  const { properties, required, ...rest } = workflowJsonSchema() as {
    properties: Record<string, unknown>;
    required: readonly string[];
  };
  const { schema: _, ...fields } = properties;
  return {
    ...rest,
    title: 'Answers of tollgate init',
    properties: fields,
    required: required.filter((field) => field !== 'schema' && field !== 'actions'),
  };
}

/** The fields of the file, in the order in which a person reads them. What the answers do not say is left out. */
export function fileFields(answers: Answers): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...answers, schema: SCHEMA };
  if (fields['actions'] === undefined) fields['actions'] = actionsOf(answers['tools']);
  const order = [...ORDER, ...Object.keys(fields).filter((field) => !ORDER.includes(field))];
  return Object.fromEntries(
    order.filter((field) => fields[field] !== undefined).map((field) => [field, fields[field]]),
  );
}

/** Checks whole answers, as the file that they make. */
export function checkAnswers(answers: Answers): ParseResult {
  return validateWorkflow(fileFields(answers));
}

/** What is wrong with one answer, among others that are still missing; undefined where nothing is. */
export function problemAt(answers: Answers, path: string): string | undefined {
  const result = checkAnswers(answers);
  if (result.kind === 'valid') return undefined;
  return result.issues.find((issue) => isWithin(issue.path, path) || isConstraintOf(issue.path, path))
    ?.message;
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}

/** A constraint is one of several forms, so what is wrong inside it is said of the whole. */
function isConstraintOf(issue: string, path: string): boolean {
  return /^tools\[\d+\]\.scope\../.test(issue) && isWithin(path, issue);
}

function actionsOf(tools: unknown): unknown {
  if (!Array.isArray(tools)) return [];
  const actions = tools.map((tool: unknown) =>
    typeof tool === 'object' && tool !== null ? (tool as Record<string, unknown>)['action'] : undefined,
  );
  return [...new Set(actions.filter((action) => typeof action === 'string'))];
}
