/**
 * Whose a call is, as SQL on a row `c` with `principal` and `team`: the team's of which all keys of its principal are, as the service recorded
 * when it issued them (`key_teams`); of a principal with keys of several teams, nobody's, as its runs are (runs/sight.ts). What a span
 * says of a team is a claim, and counts only where the service knows no key of that principal, as of another collector's own list.
 */
export const TEAM = `multiIf(empty(k.teams), toString(c.team), length(k.teams) = 1, k.teams[1], '')`;

/** What `TEAM` needs beside the rows `c`. */
export const WITH_KEYS = `
  LEFT JOIN (SELECT toString(principal) AS of_key, groupUniqArray(toString(team)) AS teams FROM key_teams GROUP BY of_key) AS k
    ON k.of_key = toString(c.principal)`;
