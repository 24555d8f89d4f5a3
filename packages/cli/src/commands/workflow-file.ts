import { readFile } from 'node:fs/promises';
import { parseWorkflow, type Workflow } from '@tollgate/contract';
import { issueLines } from '../output/issues.ts';
import { UserError } from '../output/user-error.ts';

/** Reads and checks a workflow file. @throws UserError naming each line that is wrong. */
export async function readWorkflowFile(file: string): Promise<{ yaml: string; workflow: Workflow }> {
  const yaml = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      `Cannot read ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`,
    );
  });
  const parsed = parseWorkflow(yaml);
  if (parsed.kind === 'invalid')
    throw new UserError(`${issueLines(file, parsed.issues)}\n${file} is not a valid workflow file.`);
  return { yaml, workflow: parsed.workflow };
}
