import { join } from 'node:path';

/** Where the stores of `tollgate up` lie in its data directory. A backup has the same names. */
export const storeFolder = (root: string): string => join(root, 'clickhouse');
export const controlFolder = (root: string): string => join(root, 'control');
export const logFolder = (root: string): string => join(root, 'collector-log');

/** Secrets and small facts beside the stores, each only where it is there. */
export const KEPT_FILES = ['admin-token', 'agent-key', 'demo-ran', 'clickhouse/credentials.json'] as const;
