/**
 * Who answers for what a call costs, as SQL on a row `c` with `workflow` and `owner`: whom its span names, where that workflow was ever
 * registered with this owner, and otherwise who owns the workflow now. A key speaks for its workflows only, so none can put its
 * cost on somebody who never owned one of them; of a workflow that nobody registered there is nothing but the claim.
 */
export const OWNER = `if(empty(w.owners) OR has(w.owners, toString(c.owner)), toString(c.owner), w.owner_now)`;

/** What `OWNER` needs beside the rows `c`. */
export const WITH_OWNERS = `
  LEFT JOIN (SELECT toString(workflow) AS of_workflow, groupUniqArray(toString(owner)) AS owners,
      argMax(toString(owner), registered_at) AS owner_now FROM workflow_registrations GROUP BY of_workflow) AS w
    ON w.of_workflow = toString(c.workflow)`;
