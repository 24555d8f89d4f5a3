import type { Tollgate } from '@tollgate/instrumentation';
import type { ToolSet } from 'ai';
import type { PersonName } from '../people.ts';
import type { WorkflowName } from '../scenario.ts';
import type { World } from '../world/world.ts';
import { engineeringTools } from './engineering.ts';
import { opsTools } from './ops.ts';
import { productTools } from './product.ts';
import { salesTools } from './sales.ts';
import { supportTools } from './support.ts';

export interface Department {
  readonly team: string;
  /** Registers the workflow file, and answers for it. */
  readonly owner: PersonName;
  readonly tools: (tollgate: Tollgate, world: World) => ToolSet;
}

export const DEPARTMENTS: Readonly<Record<WorkflowName, Department>> = {
  'engineering-pr-context': { team: 'engineering', owner: 'ada', tools: engineeringTools },
  'support-triage-and-reply': { team: 'support', owner: 'sam', tools: supportTools },
  'product-requirements': { team: 'product', owner: 'mei', tools: productTools },
  'ops-checks-and-deploy': { team: 'ops', owner: 'noor', tools: opsTools },
  'sales-account-research': { team: 'sales', owner: 'lena', tools: salesTools },
};
