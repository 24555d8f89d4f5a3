import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPerson } from '../../src/identity/verify.ts';
import type { AgentIdentity, Clock, ControlState, PersonIdentity } from '../../src/index.ts';
import { createAgentKey, createPerson, openControlState } from '../../src/index.ts';
import { DEFAULT_SETTINGS } from '../../src/settings.ts';
import { freshDatabase, overPostgres } from './postgres.ts';

/** A clock that a test moves. It still never gives the same time twice. */
export class TestClock {
  #now = 1_800_000_000_000_000_000n;
  readonly read: Clock = () => {
    this.#now += 1n;
    return this.#now;
  };
  advance(seconds: number): void {
    this.#now += BigInt(seconds) * 1_000_000_000n;
  }
  get now(): bigint {
    return this.#now;
  }
}

export interface TestControl {
  readonly clock: TestClock;
  readonly control: ControlState;
  readonly deps: { control: ControlState; clock: Clock; settings: typeof DEFAULT_SETTINGS };
  person(
    email: string,
    roles: readonly ('owner' | 'reviewer' | 'approver' | 'auditor' | 'admin')[],
    groups?: string[],
  ): Promise<PersonIdentity>;
  agent(team?: string): Promise<AgentIdentity>;
  /** Closes and opens the same state, as a new process would. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export async function testControl(): Promise<TestControl> {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-control-'));
  const clock = new TestClock();
  const place = overPostgres() ? { database_url: await freshDatabase() } : { directory };
  let control = await openControlState({ ...place, clock: clock.read });
  return {
    clock,
    get control() {
      return control;
    },
    get deps() {
      return { control, clock: clock.read, settings: DEFAULT_SETTINGS };
    },
    person: async (email, roles, groups = []) => {
      const { person_id } = await createPerson(control, {
        ...{ email, display_name: email, roles: [...roles], teams: ['ops'], groups, created_by: 'test' },
      });
      const person = await readPerson(control, person_id);
      if (person === undefined) throw new Error('not there');
      return person;
    },
    agent: async (team = 'ops') => {
      const { credential_id } = await createAgentKey(control, {
        ...{ principal: `${team}-agent`, team, workflows: ['*'], created_by: 'test' },
      });
      return {
        ...{ kind: 'agent', key_id: credential_id, name: `${team}-agent`, roles: ['agent'] },
        ...{ teams: [team], workflows: ['*'] },
      };
    },
    reopen: async () => {
      await control.close();
      control = await openControlState({ ...place, clock: clock.read });
    },
    close: async () => {
      await control.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
