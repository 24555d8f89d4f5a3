import type { Issue } from '@tollgate/contract';

/** Issues in the form that editors and terminals turn into links: `file:line:column: field: what to write`. */
export function issueLines(file: string, issues: readonly Issue[]): string {
  return issues
    .map(
      ({ line = 1, column = 1, path, message }) =>
        `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`,
    )
    .join('\n');
}
