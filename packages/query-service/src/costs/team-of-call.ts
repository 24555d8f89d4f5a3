/**
 * Whose a call is, as SQL on a row `c` with `principal` and `team`: the team's of whose keys its principal is, as the service recorded when
 * it issued them (`key_teams`). What a span says of a team is a claim, and counts where the service knows no key of that principal, as
 * of another collector's own list, or where it is one of the several teams that had a key of that name. Else nothing is known of it.
 */
export const TEAM = `multiIf(empty(k.teams) OR has(k.teams, toString(c.team)), toString(c.team), length(k.teams) = 1, k.teams[1], '')`;

/** What `TEAM` needs beside the rows `c`. */
export const WITH_KEYS = `
  LEFT JOIN (SELECT toString(principal) AS of_key, groupUniqArray(toString(team)) AS teams FROM key_teams GROUP BY of_key) AS k
    ON k.of_key = toString(c.principal)`;
