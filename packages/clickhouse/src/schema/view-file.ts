import { checksumOf, type SqlFile } from './sql-files.ts';
import { renderSql, type Topology } from './render.ts';

/** A view: a plain one that is read, or a materialized one that fills `target` with what comes in. */
export type View = {
  readonly name: string;
  readonly target: string | undefined;
  readonly query: string;
  readonly checksum: string;
};

const HEADER = /^-- (?:view (\w+)|materialized view (\w+) to (\w+))\n/;

/** Reads the head line of a view's file (`-- view NAME` or `-- materialized view NAME to TABLE`) and renders its query. */
export function parseView(file: SqlFile, topology: Topology): View {
  const [, plain, materialized, target] = HEADER.exec(file.text) ?? [];
  const name = plain ?? materialized;
  if (name === undefined) throw new Error(`${file.name}.sql has no head line that names its view.`);
  const query = renderSql(file.text, topology).replaceAll(/^\s*--.*\n/gm, '').trim();
  return { name, target, query, checksum: checksumOf(query) };
}

/**
 * The statement that brings a view to its present form. Each materialized one has an explicit definer: without, an
 * INSERT-only user could not write through it. A materialized view that exists is altered in place: between dropping
 * and making it again, whatever came in would pass it by.
 */
export function viewStatement(view: View, exists: boolean, topology: Topology): string {
  const at = (text: string): string => renderSql(text, topology);
  if (view.target === undefined)
    return `${at(`CREATE OR REPLACE VIEW \${DATABASE}.${view.name} \${ON_CLUSTER} AS`)}\n${view.query}`;
  if (exists)
    return `${at(`ALTER TABLE \${DATABASE}.${view.name} \${ON_CLUSTER} MODIFY QUERY`)}\n${view.query}`;
  const head = `CREATE MATERIALIZED VIEW \${DATABASE}.${view.name} \${ON_CLUSTER} TO \${DATABASE}.${view.target}`;
  return `${at(`${head}\nDEFINER = \${OWNER} SQL SECURITY DEFINER AS`)}\n${view.query}`;
}
