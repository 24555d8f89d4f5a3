import { sqlPlaceholders } from './placeholders.ts';

/** Where the tables are to be: one server, or every node of a named cluster. */
export type Topology = { readonly kind: 'single' } | { readonly kind: 'cluster'; readonly cluster: string };

/**
 * Fills the placeholders of a SQL file. `${ENGINE SomeMergeTree(arguments)}` becomes that engine, or its replicated
 * form on a cluster; all others are listed in `sqlPlaceholders`.
 *
 * @throws Error for a placeholder that nobody fills: a mistake in a file of ours
 */
export function renderSql(text: string, topology: Topology): string {
  const values: Readonly<Record<string, string>> = {
    ...sqlPlaceholders(),
    ON_CLUSTER: topology.kind === 'cluster' ? `ON CLUSTER '${topology.cluster}'` : '',
  };
  return text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith('ENGINE ')) return renderEngine(name.slice('ENGINE '.length), topology);
    const value = values[name];
    if (value === undefined) throw new Error(`No placeholder \${${name}} is known.`);
    return value;
  });
}

/** Statements of a rendered file: each ends with a semicolon at the end of a line. */
export function splitStatements(text: string): readonly string[] {
  return text
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.replaceAll(/^--.*$/gm, '').trim())
    .filter((statement) => statement !== '');
}

function renderEngine(engine: string, topology: Topology): string {
  if (topology.kind === 'single') return engine;
  const [, name = '', parameters = ''] = /^(\w+)(?:\((.*)\))?$/.exec(engine) ?? [];
  const more = parameters === '' ? '' : `, ${parameters}`;
  return `Replicated${name}('/clickhouse/tables/{shard}/{database}/{table}', '{replica}'${more})`;
}
