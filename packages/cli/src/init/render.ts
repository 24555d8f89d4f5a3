import { classOf, findAction, parseWorkflow, policyVersion, type Workflow } from '@tollgate/contract';
import { Document, isMap, isNode, isScalar, isSeq, type YAMLMap } from 'yaml';
import { type Answers, fileFields } from './answers.ts';

/** What each section asks of the people who keep the file. */
const COMMENTS: Readonly<Record<string, string>> = {
  workflow: 'The repeated business process, by name.',
  owner: 'The accountable person, who registers this file and decides on rollback.',
  escalation: 'Who owns the escalation path.',
  team: 'The team that uses the agent.',
  data: 'Every data source that the agent may read.',
  actions:
    'Every action that the agent may take, from the action catalogue. The action fixes the class of a tool.',
  risks: 'A class-2 action that touches one of these becomes class 3.',
  tools:
    'Every tool that the agent can call; any other is refused. An argument that a scope does not name is refused.',
  blocked_tools: 'Refused by name, for people to see.',
  budget: 'US dollars.',
  review: 'When a human reviews.',
  stops_when: 'When the agent stops.',
  failure: 'What failure looks like.',
  rollback: 'How the owner undoes a run.',
  incident: 'Whom a breach reaches.',
  break_glass: 'Who may let one waiting call through without its approval.',
  content: 'What of inputs, outputs, arguments and results leaves the process.',
};

const HEADER = ` A Tollgate workflow file. \`tollgate plan FILE\` checks it and prints its runtime requirements;
 the owner makes it the policy in force with \`tollgate register FILE\`.`;

const OPTIONAL: Readonly<Record<string, string>> = {
  break_glass: ' break_glass: {people: [person@example.com], expires: 5m}',
  content: ' content: {capture: full, mask_fields: [arguments.customer.iban], mask_patterns: []}',
};

/** The text of the file: what was answered, with a comment on each section. Parses to exactly these fields. */
export function renderWorkflow(workflow: Workflow, answers: Answers): string {
  const document = new Document(fileFields(answers), { aliasDuplicateObjects: false });
  const { contents } = document;
  if (!isMap(contents)) throw new TypeError('a workflow is a map');
  document.commentBefore = HEADER;
  for (const { key, value } of contents.items) {
    if (!isScalar(key)) continue;
    const comment = COMMENTS[String(key.value)];
    if (comment === undefined) continue;
    key.commentBefore = ` ${comment}`;
    key.spaceBefore = true;
    if (key.value === 'tools' && isSeq(value))
      for (const [index, item] of value.items.entries()) noteClass(workflow, item, index);
    else if (isSeq(value)) value.flow = value.items.every((item) => isScalar(item) && isShort(item.value));
  }
  const hints = Object.entries(OPTIONAL).filter(([field]) => !contents.has(field));
  if (hints.length > 0)
    document.comment = [' Further sections, where they are needed:', ...hints.map(([, hint]) => hint)].join(
      '\n',
    );
  const text = document.toString({ lineWidth: 0 });
  assertSame(text, workflow);
  return text;
}

function noteClass(workflow: Workflow, item: unknown, index: number): void {
  const tool = workflow.tools[index];
  if (tool === undefined || !isMap(item)) return;
  const { actionClass, raisedBy } = classOf(workflow, tool);
  const why = raisedBy.length > 0 ? `, ${raisedBy.join(', ')}` : '';
  item.commentBefore = ` Class ${actionClass}: ${findAction(tool.action)?.does ?? tool.action}${why}.`;
  for (const field of ['reads', 'approval'] as const) compact(item, field);
}

function compact(map: YAMLMap, field: string): void {
  const node: unknown = map.get(field, true);
  if (isNode(node) && (isMap(node) || isSeq(node))) node.flow = true;
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 24;
}

/** A file that says something else than what was answered must not be written, whatever the answers. */
function assertSame(text: string, workflow: Workflow): void {
  const parsed = parseWorkflow(text);
  if (parsed.kind !== 'valid' || policyVersion(parsed.workflow) !== policyVersion(workflow))
    throw new Error(`the file would not say what was answered: ${JSON.stringify(parsed)}`);
}
