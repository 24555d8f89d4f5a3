import { ChildProgram } from '../../support/child-program.ts';

export interface HouseSetup {
  readonly directory: string;
  /** How many are registered before it says that it is ready. */
  readonly runs: number;
}

export interface HouseReady {
  readonly kind: 'ready';
  readonly url: string;
  readonly otlpUrl: string;
  /** Of the agent. */
  readonly key: string;
  /** Of the owner. */
  readonly token: string;
  readonly policy_version: string;
  readonly runs: { readonly run_id: string; readonly writer: string }[];
  readonly clickhouse_pid: number | undefined;
}

export interface House {
  readonly program: ChildProgram<never, HouseReady>;
  readonly ready: HouseReady;
}

export async function startHouse(setup: HouseSetup): Promise<House> {
  const program = new ChildProgram<never, HouseReady>(new URL('./house-program.ts', import.meta.url), setup);
  const ready = await program.hear();
  if (ready === undefined) throw new Error('Tollgate ended before it was ready; see above');
  return { program, ready };
}
