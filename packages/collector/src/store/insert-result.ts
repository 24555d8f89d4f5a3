/**
 * How an insert ended. `stored`: in the tables and synced. `unavailable`: the server's trouble, worth sending again.
 * `rejected`: these very rows were refused, and would be again.
 */
export type InsertResult =
  | { readonly kind: 'stored' }
  | { readonly kind: 'unavailable'; readonly code?: number | undefined; readonly message: string }
  | { readonly kind: 'rejected'; readonly code: number; readonly message: string };

/**
 * Stores rows, all or none, and answers when they are synced. The token makes a repeated insert a no-op; it is never
 * in use twice at the same time.
 */
export type Insert<Rows> = (rows: Rows, token: string) => Promise<InsertResult>;

/** Landing rows as ClickHouse reads them, in parts that are one body together. */
export interface LandingRows {
  readonly rows: number;
  readonly parts: readonly Uint8Array[];
}
