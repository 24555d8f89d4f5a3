/** What went wrong and what to do about it, for the person at the terminal: printed without a stack, exit code 1. */
export class UserError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
  }
}
