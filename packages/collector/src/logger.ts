/** What the collector needs of a logger; pino's and console's shapes both fit. */
export interface Logger {
  warn(details: Readonly<Record<string, unknown>>, message: string): void;
  error(details: Readonly<Record<string, unknown>>, message: string): void;
}

export const silentLogger: Logger = { warn: () => undefined, error: () => undefined };
