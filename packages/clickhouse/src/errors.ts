/**
 * What can go wrong while the store is being brought up. Each message says what to do next.
 *
 * - `engine_unavailable`: no embedded engine exists for this platform, or its package is not installed.
 * - `directory_locked`: another process runs a server in this data directory.
 * - `start_failed`: the engine ended or did not answer in time.
 * - `connection_failed`: a configured server could not be reached or refused the user.
 * - `migration_failed`: a statement of a migration was refused; later ones were not tried.
 * - `migration_changed`: a file that was already applied has other content now, or is gone.
 * - `backup_failed`: the engine could not write or read a backup.
 * - `configuration_invalid`: a credential file or option that cannot be used.
 */
export type StoreErrorCode =
  | 'engine_unavailable'
  | 'directory_locked'
  | 'start_failed'
  | 'connection_failed'
  | 'migration_failed'
  | 'migration_changed'
  | 'backup_failed'
  | 'configuration_invalid';

/** The one error that this package throws at its callers while opening the store. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
