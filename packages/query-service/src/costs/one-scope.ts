/**
 * Reports of one scope are never merged (`model_call_reports`), so in a run that a single scope reported, every report counts. That
 * is most runs, and it can be told without the view, whose plan alone takes the engine longer than all other reads of a run
 * together. A run of several scopes is asked of the view; a test holds the two against each other.
 */
const scope = (row: string) => `(${row}.scope_name, ${row}.scope_version)`;

/** How many scopes reported calls of each group of rows. */
export const scopesOf = (row: string): string => `uniqExact(${scope(row)})`;

/** Why a report of such a run counts, in the view's own words. */
export const whyCounted = (row: string): string =>
  `if(${row}.response_id != '', 'the report that counts for its response id', 'the only report of its call, or the one that counts for it')`;
