/** Runs of which the service put something on record that happens to few. Controls that are about it share this one read. */
export const RUNS_WITH_RARE_RECORDS = `
  SELECT DISTINCT toString(run_id) AS run_id FROM service_records AS t
  WHERE t.run_id IN {runs:Array(UUID)} AND kind IN ('glass_broken', 'budget_warned', 'incident_opened') SETTINGS final = 0`;
