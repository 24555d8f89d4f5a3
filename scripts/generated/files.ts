import { priceFileJsonSchema, workflowJsonSchema } from '@tollgate/contract';
import { approvalGateTemplate } from './approval-gate-template.ts';
import { authorizationPage } from './authorization-page.ts';
import { clientOperations } from './client-operations.ts';
import { controlChecklist } from './control-checklist.ts';
import { conventionsPage } from './conventions-page.ts';
import { errorsPage } from './errors-page.ts';
import { skill } from './skill.ts';

/** Every generated file: path from the root of the repository, and its text. */
export function generatedFiles(): readonly (readonly [path: string, text: string])[] {
  return [
    ['docs/authorization.md', authorizationPage()],
    ['docs/conventions.md', conventionsPage()],
    ['packages/client/src/generated/operations.ts', clientOperations()],
    ['docs/errors.md', errorsPage()],
    ['packages/contract/prices.schema.json', `${JSON.stringify(priceFileJsonSchema(), null, 2)}\n`],
    ['packages/contract/workflow.schema.json', `${JSON.stringify(workflowJsonSchema(), null, 2)}\n`],
    ['skills/tollgate/SKILL.md', skill()],
    ['skills/tollgate/control-checklist.md', controlChecklist()],
    ['skills/tollgate/approval-gate-template.md', approvalGateTemplate()],
  ];
}
