import { DEFAULT_RETENTION, type RetentionDays } from '@tollgate/clickhouse';
import { z } from 'zod';
import { UserError } from '../output/user-error.ts';

const days = (count: number) => z.coerce.number().int().min(1).max(36_500).default(count);

/** For how many days what is kept; each is an environment variable. */
export const retentionVariables = {
  TOLLGATE_EVIDENCE_DAYS: days(DEFAULT_RETENTION.evidence),
  TOLLGATE_CONTENT_DAYS: days(DEFAULT_RETENTION.content),
  TOLLGATE_QUARANTINE_DAYS: days(DEFAULT_RETENTION.quarantine),
  TOLLGATE_TOTALS_DAYS: days(DEFAULT_RETENTION.totals),
} as const;

const schema = z.object(retentionVariables);

export const retentionOf = (variables: z.output<typeof schema>): RetentionDays => ({
  evidence: variables.TOLLGATE_EVIDENCE_DAYS,
  content: variables.TOLLGATE_CONTENT_DAYS,
  quarantine: variables.TOLLGATE_QUARANTINE_DAYS,
  totals: variables.TOLLGATE_TOTALS_DAYS,
});

/** The same where nothing else is read from the environment. @throws UserError that names the variables at fault */
export function readRetention(variables: NodeJS.ProcessEnv): RetentionDays {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return retentionOf(parsed.data);
  const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new UserError(`Write a whole number of days from 1 to 36500: ${names}.`);
}
