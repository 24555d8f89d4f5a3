import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How flags are read: those of one run or of some, and pages of all, of a control or of a workflow, the newest first. */
export const flagReads: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    const index = (name: string, columns: readonly string[]) =>
      schema
        .createIndex(name)
        .on('flags')
        .columns([...columns])
        .execute();
    await index('flags_run', ['run_id', 'state']);
    await index('flags_newest', ['raised_at', 'flag_id']);
    await index('flags_of_control', ['control', 'raised_at', 'flag_id']);
    await index('flags_of_workflow', ['workflow', 'raised_at', 'flag_id']);
  },
};
