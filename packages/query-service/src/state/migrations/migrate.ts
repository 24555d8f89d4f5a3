import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { foundation } from './0001-foundation.ts';
import { evaluation } from './0002-evaluation.ts';
import { budgets } from './0003-budgets.ts';
import { exceptions } from './0004-exceptions.ts';
import { events } from './0005-events.ts';
import { incidents } from './0006-incidents.ts';
import { signOn } from './0007-sign-on.ts';
import { contentRight } from './0008-content-right.ts';
import { legalHolds } from './0009-legal-holds.ts';
import { erasures } from './0010-erasures.ts';
import { flagReads } from './0011-flag-reads.ts';
import { evaluationReads } from './0012-evaluation-reads.ts';
import { promptRechecks } from './0013-prompt-rechecks.ts';
import { unjudged } from './0014-unjudged.ts';

/** In order of their names; a migration that has been released never changes. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-foundation': foundation,
  '0002-evaluation': evaluation,
  '0003-budgets': budgets,
  '0004-exceptions': exceptions,
  '0005-events': events,
  '0006-incidents': incidents,
  '0007-sign-on': signOn,
  '0008-content-right': contentRight,
  '0009-legal-holds': legalHolds,
  '0010-erasures': erasures,
  '0011-flag-reads': flagReads,
  '0012-evaluation-reads': evaluationReads,
  '0013-prompt-rechecks': promptRechecks,
  '0014-unjudged': unjudged,
};

/** Brings the control state to the newest shape. @throws what the failing migration threw; nothing of it is kept then. */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const { error } = await migratorOf(db).migrateToLatest();
  if (error !== undefined) throw error;
}

export const migratorOf = <T>(db: Kysely<T>): Migrator =>
  new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
