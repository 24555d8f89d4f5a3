import type { Issue } from '../errors.ts';
import { type FileKind, type FileResult, readJsonFile, readYamlFile } from '../yaml-file.ts';
import { crossCheck } from './cross-checks.ts';
import { type Workflow, workflowFile } from './schema.ts';

export type ParseResult =
  | { readonly kind: 'valid'; readonly workflow: Workflow }
  | { readonly kind: 'invalid'; readonly issues: readonly Issue[] };

const WORKFLOW_FILE: FileKind<typeof workflowFile> = {
  name: 'workflow file',
  schema: workflowFile,
  crossCheck,
};

/** Reads the text of a workflow file. Never throws: what is wrong comes back by line and field, with what to write instead. */
export function parseWorkflow(text: string): ParseResult {
  return toResult(readYamlFile(text, WORKFLOW_FILE));
}

/** The same checks for a workflow that came as JSON, e.g. through the API. */
export function validateWorkflow(value: unknown): ParseResult {
  return toResult(readJsonFile(value, WORKFLOW_FILE));
}

function toResult(result: FileResult<Workflow>): ParseResult {
  return result.kind === 'valid' ? { kind: 'valid', workflow: result.value } : result;
}
