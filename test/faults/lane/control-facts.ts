import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';

export interface ApprovalFacts {
  readonly approval_id: string;
  readonly run_id: string;
  readonly call_id: string;
  readonly tool: string;
  readonly arguments: string;
  readonly state: string;
  readonly initiator: string;
  readonly needed: number;
  readonly consumed: boolean;
  readonly decisions: readonly { readonly email: string; readonly decision: string }[];
  readonly glass_by: string | undefined;
}

/** What the service committed about some runs, read from its file and not from its words. */
export interface ControlFacts {
  readonly approvals: readonly ApprovalFacts[];
  /** Writers that the service knows of each run, the one that registered it first. */
  readonly writers: ReadonlyMap<string, readonly string[]>;
  /** The service's own records of each run, in the order in which they were committed. */
  readonly records: ReadonlyMap<string, readonly string[]>;
}

type Row = Record<string, SQLOutputValue>;

function withControl<T>(directory: string, read: (all: (sql: string) => Row[]) => T): T {
  const database = new DatabaseSync(join(directory, 'control.db'), { readOnly: true });
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    return read((sql) => database.prepare(sql).all() as Row[]);
  } finally {
    database.close();
  }
}

export function registeredRuns(directory: string): readonly string[] {
  return withControl(directory, (all) => all('SELECT run_id FROM runs').map((row) => String(row['run_id'])));
}

/** What SQLite itself has against the file; `ok` if nothing. */
export function integrityOf(directory: string): string {
  return withControl(directory, (all) => String(all('PRAGMA integrity_check')[0]?.['integrity_check']));
}

export function readControl(directory: string, runs: ReadonlySet<string>): ControlFacts {
  return withControl(directory, (all) => {
    const ofRuns = (rows: Row[]) => rows.filter((row) => runs.has(String(row['run_id'])));
    const decisions = all('SELECT * FROM approval_decisions ORDER BY decided_at');
    const glass = all('SELECT * FROM glass_breaks');
    const approvals = ofRuns(
      all('SELECT a.*, g.consumed_at FROM approvals a LEFT JOIN grants g ON g.approval_id = a.approval_id'),
    ).map((row) => approvalOf(row, decisions, glass));
    const writers = ofRuns(
      all(`SELECT run_id, writer, registered_at AS at FROM runs
           UNION ALL SELECT run_id, writer, resumed_at AS at FROM run_writers ORDER BY at`),
    );
    const sent = all(
      `SELECT row FROM evidence_outbox WHERE table_name = 'service_records' ORDER BY position`,
    ).map((row) => JSON.parse(String(row['row'])) as Row);
    return {
      approvals,
      writers: listsOf(writers, 'writer'),
      records: listsOf(ofRuns(sent), 'record'),
    };
  });
}

function listsOf(rows: readonly Row[], column: string): ReadonlyMap<string, readonly string[]> {
  const byRun = Map.groupBy(rows, (row) => String(row['run_id']));
  return new Map([...byRun].map(([run, its]) => [run, its.map((row) => String(row[column]))]));
}

function approvalOf(row: Row, decisions: readonly Row[], glass: readonly Row[]): ApprovalFacts {
  const text = (column: string) => String(row[column]);
  const mine = (one: Row) => one['approval_id'] === row['approval_id'];
  const broken = glass.find(mine);
  return {
    approval_id: text('approval_id'),
    run_id: text('run_id'),
    call_id: text('call_id'),
    tool: text('tool'),
    arguments: text('arguments'),
    state: text('state'),
    initiator: text('initiator'),
    needed: Number(row['needed']),
    consumed: row['consumed_at'] !== null,
    decisions: decisions
      .filter(mine)
      .map((one) => ({ email: String(one['email']), decision: String(one['decision']) })),
    glass_by: broken === undefined ? undefined : String(broken['email']),
  };
}
