/** Claude Code's own tools, an MCP server's, and a sub-agent. */
export const CODE_WORKFLOW = `
schema: tollgate.workflow/1
workflow: support-triage
owner: { name: Ola Owner, email: ola@example.com }
team: support
data: [tickets]
actions: [search, route, update_status, send_message]
risks: []
tools:
  - { name: delegate, action: route }
  - { name: classify, action: search }
  - name: Bash
    action: update_status
    scope: { command: { pattern: 'touch [a-z]+|tail -f /dev/null|exit 3' }, description: any }
    rollback: Undo {command}
  - name: create_issue
    action: send_message
    scope: { title: any }
    rollback: Close the issue {title}
    approval: { approvers: [ana@example.com], expires: 30m }
budget: { per_run: "3.00", per_call: "0.30" }
review: { sample_rate: 0.1, deadline: 7d, reviewers: [ana@example.com] }
stops_when: { denials: 50, errors: 50 }
failure: [a wrong file]
rollback: Write to everyone concerned
incident: { people: [ola@example.com] }
`;
