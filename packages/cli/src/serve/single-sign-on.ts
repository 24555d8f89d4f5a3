import { type SingleSignOn, singleSignOn } from '@tollgate/query-service';
import { z } from 'zod';
import { UserError } from '../output/user-error.ts';

const VARIABLES = {
  issuer: 'TOLLGATE_OIDC_ISSUER',
  client_id: 'TOLLGATE_OIDC_CLIENT_ID',
  client_secret: 'TOLLGATE_OIDC_CLIENT_SECRET',
  redirect_url: 'TOLLGATE_OIDC_REDIRECT_URL',
  scope: 'TOLLGATE_OIDC_SCOPE',
  groups_claim: 'TOLLGATE_OIDC_GROUPS_CLAIM',
  rights: 'TOLLGATE_OIDC_RIGHTS',
  unknown_people: 'TOLLGATE_OIDC_UNKNOWN_PEOPLE',
} as const satisfies Record<keyof SingleSignOn, string>;

/** The variables of it, wherever they come from; an empty one counts as not set. */
export type SignOnEnvironment = {
  readonly [name in (typeof VARIABLES)[keyof typeof VARIABLES]]?: string | undefined;
};

/** How people sign in by a provider; undefined where no variable of it is set. @throws Error that names each variable at fault */
export function singleSignOnOf(environment: SignOnEnvironment): SingleSignOn | undefined {
  const set = Object.entries(VARIABLES).flatMap(([field, variable]) => {
    const value = environment[variable];
    return value === undefined || value === ''
      ? []
      : [[field, field === 'rights' ? parsed(value) : value] as const];
  });
  if (set.length === 0) return undefined;
  const result = singleSignOn.safeParse(Object.fromEntries(set));
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => {
    const [field, ...rest] = path.map(String);
    const variable = Object.entries(VARIABLES).find(([name]) => name === field)?.[1] ?? field;
    return `  ${[variable, ...rest].join('.')}: ${message}`;
  });
  throw new Error(`These variables are missing or unusable:\n${faults.join('\n')}`);
}

/** The same at a terminal. @throws UserError */
export function readSingleSignOn(variables: NodeJS.ProcessEnv): SingleSignOn | undefined {
  try {
    return singleSignOnOf(variables);
  } catch (error) {
    throw error instanceof Error ? new UserError(error.message) : error;
  }
}

/** What is no JSON is given to the schema as it is, which says what is wanted. */
function parsed(text: string): unknown {
  const json = z.string().transform((value, context) => {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  });
  const result = json.safeParse(text);
  return result.success ? result.data : text;
}
