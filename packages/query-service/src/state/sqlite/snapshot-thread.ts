import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import { openDatabase } from './node-sqlite.ts';

/** A thread that copies one database, since that holds up its thread for as long as it takes. */
const { from, to } = z.object({ from: z.string(), to: z.string() }).parse(workerData);
const database = openDatabase(from);
database.prepare('VACUUM INTO ?').run(to);
database.close();
