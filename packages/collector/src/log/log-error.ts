/** Why a log cannot be opened. Nothing in the directory was changed. */
export type LogErrorCode = 'log_locked' | 'log_newer_version';

export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
