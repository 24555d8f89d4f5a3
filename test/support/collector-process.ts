import type { Credentials } from '@tollgate/clickhouse';
import type { CollectorLimits, StaticKey } from '@tollgate/collector';
import { ChildProgram } from './child-program.ts';

/** What a collector process is told. */
export interface CollectorSetup {
  readonly clickhouseUrl: string;
  readonly credentials: Credentials;
  readonly keys: readonly StaticKey[];
  /** Its own, on a real disk: what it has acknowledged and not stored yet lies there. */
  readonly directory: string;
  /** 0: the system chooses one. */
  readonly port: number;
  /** What its 200 means; default: `logged`. */
  readonly acknowledge?: 'logged' | 'stored';
  readonly limits?: CollectorLimits;
}

export interface CollectorProcess {
  readonly url: string;
  readonly program: ChildProgram<never, { readonly url: string }>;
}

const PROGRAM = new URL('./collector-program.ts', import.meta.url);

/** Starts it and waits until it listens. @throws Error where it ends before that; it has said why on stderr */
export async function startCollector(setup: CollectorSetup, program = PROGRAM): Promise<CollectorProcess> {
  const child = new ChildProgram<never, { readonly url: string }>(program, setup);
  const said = await child.hear();
  if (said === undefined) throw new Error('the collector ended before it listened');
  return { url: said.url, program: child };
}
