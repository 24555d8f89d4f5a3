export { type Collector, type CollectorOptions, createCollector } from './collector.ts';
export type { CollectorLimits } from './limits.ts';
export type { Listening } from './listeners.ts';
export type { Logger } from './logger.ts';
export { type KeyVerifier, type Principal, type StaticKey, staticKeyVerifier } from './principal.ts';
export type { LandingRow, RowAttributes } from './rows/landing-row.ts';
export type { QuarantineRow } from './rows/quarantine-row.ts';
export { clickhouseStorage, type Storage } from './store/clickhouse-storage.ts';
export type { Insert, InsertResult } from './store/insert-result.ts';
