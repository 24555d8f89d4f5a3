import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowName } from './scenario.ts';

/** The folder of the demo's workflow files; the same seen from `src/demo` and from `dist/demo`. */
const FOLDER = new URL('../../demo-workflows/', import.meta.url);

export function workflowPath(workflow: WorkflowName): string {
  return fileURLToPath(new URL(`${workflow}.workflow.yaml`, FOLDER));
}

export function workflowText(workflow: WorkflowName): Promise<string> {
  return readFile(workflowPath(workflow), 'utf8');
}
