/**
 * The database users and what each may do, as data: the embedded server's user file and the statements for an
 * external server are rendered from the same lists, so the two cannot drift apart.
 */
export const ROLES = ['owner', 'landing', 'service', 'reader', 'dashboard'] as const;

/** Which of the store's users a connection is made as. */
export type Role = (typeof ROLES)[number];

/** Everything lives in one database, in whichever server. */
export const DATABASE = 'tollgate';

/** The prefix keeps clear of users that a shared server may already have. */
export const userOf = (role: Role): string => `${DATABASE}_${role}`;

/** Tables that only the service's user writes: what counts as approval, registration or review lies here. */
export const SERVICE_TABLES = [
  'workflow_registrations',
  'run_registrations',
  'approvals',
  'reviews',
  'samples',
  'flags',
  'suspensions',
  'service_records',
  'price_book',
  'price_entries',
  'price_lists',
  'model_call_repricings',
  'legal_holds',
  'held_runs',
] as const;

/** What the service works out from rows and keeps beside them; it may delete versions that newer ones replace. */
export const ROLLUP_TABLES = ['cost_days', 'control_days', 'rollup_drifts'] as const;

/** Name of a table that the service's user may insert into. */
export type ServiceTable = (typeof SERVICE_TABLES)[number];

/**
 * What dashboards may read. An allow-list, so that a new table with content in it stays closed until somebody
 * decides otherwise: `span_content`, `quarantine` (raw spans) and prices (negotiated ones) are left out on purpose.
 */
const DASHBOARD_TABLES = [
  ...SERVICE_TABLES.filter((table) => !table.startsWith('price_')),
  ...ROLLUP_TABLES,
  'spans',
  'evidence_records',
  'model_calls',
  'tool_calls',
  'counted_model_calls',
  'counted_costs',
  'control_results',
  'model_call_reports',
  'model_call_prices',
  'priced_model_calls',
  'runs',
  'run_summaries',
  'conflicting_spans',
  'current_flags',
  'otel_traces',
] as const;

/** What each role may do, as the part of a GRANT between `GRANT` and `TO`. */
export const GRANTS: Readonly<Record<Role, readonly string[]>> = {
  owner: [
    `ALL ON ${DATABASE}.*`,
    'SELECT ON system.*',
    'TABLE ENGINE ON *',
    'CLUSTER ON *.*',
    `SET DEFINER ON ${userOf('owner')}`,
  ],
  landing: [`INSERT ON ${DATABASE}.otlp_spans`, `INSERT ON ${DATABASE}.undecodable_spans`],
  service: [
    `SELECT ON ${DATABASE}.*`,
    ...[...SERVICE_TABLES, ...ROLLUP_TABLES].map((table) => `INSERT ON ${DATABASE}.${table}`),
    `ALTER DELETE ON ${DATABASE}.cost_days`,
    `ALTER DELETE ON ${DATABASE}.control_days`,
  ],
  reader: [`SELECT ON ${DATABASE}.*`],
  dashboard: DASHBOARD_TABLES.map((table) => `SELECT ON ${DATABASE}.${table}`),
};

/** Every read of a ReplacingMergeTree must see each row once, also one that forgot to write FINAL. */
const EXACT_READS = { final: '1', do_not_merge_across_partitions_select_final: '1' } as const;

/**
 * Reading views are many queries one in the other, and most answers are small, so that planning is most of their time. This rewriting
 * of comparisons finds nothing in them and looks for it at each level anew: with it, planning takes twice as long. Nor is it worth while to
 * compile what reads a thousand rows, and each question names other runs.
 */
const QUICK_PLANS = {
  optimize_and_compare_chain: '0',
  compile_expressions: '0',
  compile_aggregate_expressions: '0',
  compile_sort_description: '0',
} as const;

/** Tokens must reach through every view, or a retried insert would count twice in the typed tables. */
const EXACT_WRITES = { deduplicate_blocks_in_dependent_materialized_views: '1' } as const;

/** Settings that belong to the user, so that no client has to remember them. */
export const USER_SETTINGS: Readonly<Record<Role, Readonly<Record<string, string>>>> = {
  owner: EXACT_WRITES,
  // The views bound the times they let through; the number of months in one batch must not be able to refuse it. Equal rows of one
  // batch are left for merges, as those of two are: every read is exact, and to look for them at insert takes a third of its work.
  landing: { ...EXACT_WRITES, max_partitions_per_insert_block: '0', optimize_on_insert: '0' },
  service: { ...EXACT_READS, ...QUICK_PLANS, ...EXACT_WRITES },
  reader: { ...EXACT_READS, ...QUICK_PLANS, readonly: '2' },
  dashboard: { ...EXACT_READS, ...QUICK_PLANS, readonly: '2', max_execution_time: '60' },
};
