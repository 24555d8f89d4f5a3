import type { ActionClass, Risk } from './words.ts';

/** What an action is: its class, the risks that its effect can reach, and one line for a person who picks it. */
export interface Action {
  readonly class: ActionClass;
  /** A class-2 action that touches a risk its workflow declares becomes class 3. */
  readonly touches: readonly Risk[];
  readonly does: string;
}

/**
 * The fixed catalogue of actions. A workflow names the action of each tool, and the action fixes the class:
 * nothing in a file, a hint or a call lowers it.
 */
export const ACTIONS = {
  summarize: { class: 1, touches: [], does: 'shortens text that it was given' },
  format: { class: 1, touches: [], does: 'changes the form of data, not its meaning' },
  classify: { class: 1, touches: [], does: 'puts an item into one of several categories' },
  tag: { class: 1, touches: [], does: 'proposes labels for an item' },
  route: { class: 1, touches: [], does: 'proposes who should handle an item' },
  draft: { class: 1, touches: [], does: 'writes text that a person will use or throw away' },
  search: { class: 1, touches: [], does: 'looks for items in a source' },
  read: { class: 1, touches: [], does: 'reads one item of a source' },
  create_internal_record: { class: 2, touches: [], does: 'adds a record to a system of our own' },
  update_status: { class: 2, touches: ['customer'], does: 'changes the status of an item' },
  change_project_metadata: {
    class: 2,
    touches: ['permission'],
    does: 'changes labels, fields or members of a project',
  },
  open_pull_request: { class: 2, touches: ['production'], does: 'proposes a change to source code' },
  prepare_customer_reply: {
    class: 2,
    touches: ['customer', 'legal'],
    does: 'puts a reply where a person can send it',
  },
  send_message: { class: 3, touches: ['customer', 'legal'], does: 'sends a message to someone' },
  change_billing: { class: 3, touches: ['billing', 'customer'], does: 'changes what someone is charged' },
  change_permissions: { class: 3, touches: ['permission'], does: 'changes who may do what' },
  deploy: { class: 3, touches: ['production'], does: 'brings a version into production' },
  run_production_command: { class: 3, touches: ['production'], does: 'runs a command in production' },
  delete: { class: 3, touches: ['production', 'customer'], does: 'removes something for good' },
  purchase: { class: 3, touches: ['billing', 'legal'], does: 'spends money or commits to it' },
  write_to_customer_system: {
    class: 3,
    touches: ['customer', 'production'],
    does: 'writes into a system of a customer',
  },
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof ACTIONS;
export const ACTION_NAMES = Object.keys(ACTIONS) as readonly ActionName[];

/** The catalogue entry of `name`, or undefined for an unclassified action, which is refused wherever it appears. */
export function findAction(name: string): Action | undefined {
  return Object.hasOwn(ACTIONS, name) ? ACTIONS[name as ActionName] : undefined;
}
