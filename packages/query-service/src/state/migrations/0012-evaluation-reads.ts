import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What evaluation asks for again and again, so that it costs the same however many runs there have been. */
export const evaluationReads: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema.createIndex('judged_runs_at').on('judged_runs').column('judged_at').execute();
    await schema
      .createIndex('runs_of_version')
      .on('runs')
      .columns(['workflow', 'policy_version', 'registered_at'])
      .execute();
    await schema.createIndex('samples_of_week').on('samples').columns(['workflow', 'sampled_at']).execute();
  },
};
