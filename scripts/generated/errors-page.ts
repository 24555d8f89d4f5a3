import { ERRORS } from '@tollgate/contract';
import { table } from './markdown.ts';

/** docs/errors.md, from the catalogue of errors. */
export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, kind]) => [`\`${code}\``, String(kind.status), kind.message, kind.mend]);
  return `# Errors

Every error of the API has this body, with a code of this table. \`mend\` says what to do; \`issues\` names each field that is wrong.

\`\`\`json
{ "error": { "code": "conflict", "message": "…", "mend": "…", "request_id": "…", "issues": [] } }
\`\`\`

${table(['code', 'status', 'what it means', 'what to do'], rows)}
`;
}
