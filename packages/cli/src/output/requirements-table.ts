import {
  type ContentPolicy,
  type IncidentPath,
  type Requirements,
  RUNTIME_REQUIREMENTS,
} from '@tollgate/contract';
import Table from 'cli-table3';

/** The eight runtime requirements as a table for a terminal. */
export function requirementsTable(policy: Requirements): string {
  const table = new Table({
    head: ['requirement', policy.workflow],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [18, 92],
  });
  for (const name of RUNTIME_REQUIREMENTS)
    table.push([name.replaceAll('_', ' '), ROWS[name](policy).join('\n') || 'none']);
  return `${table.toString()}\npolicy version ${policy.policy_version}`;
}

const ROWS: {
  readonly [name in (typeof RUNTIME_REQUIREMENTS)[number]]: (policy: Requirements) => readonly string[];
} = {
  allowed_tools: ({ allowed_tools }) =>
    allowed_tools.map(({ tool, action, action_class, raised_by, reads }) => {
      const raised = raised_by.length > 0 ? `, ${raised_by.join(', ')}` : '';
      const data = reads.length > 0 ? `; reads ${reads.join(', ')}` : '';
      return `${tool}: class ${action_class} (${action}${raised})${data}`;
    }),
  blocked_tools: ({ blocked_tools }) => [...blocked_tools, 'every tool that is not listed'],
  approval_gates: ({ approval_gates, break_glass: glass }) => [
    ...approval_gates.map(
      ({ tool, approvers, needed, expires_seconds }) =>
        `${tool}: ${needed} of ${approvers.join(', ')}, never the initiator; expires after ${readable(expires_seconds)}`,
    ),
    ...(glass === null
      ? []
      : [
          `without approval: ${glass.people.join(', ')} may break glass, for ${readable(glass.expires_seconds)}`,
        ]),
  ],
  log_fields: ({ log_fields, content_capture }) => [
    ...log_fields.map(
      ({ action_class, fields }) => `class ${action_class}: ${fields.join(', ').replaceAll('_', ' ')}`,
    ),
    contentLine(content_capture),
  ],
  budget_limit: ({ budget_limit }) => {
    const { per_call, per_run, per_day, per_month, warn_at_percent } = budget_limit;
    const limits = Object.entries({ call: per_call, run: per_run, day: per_day, month: per_month }).filter(
      ([, usd]) => usd !== undefined,
    );
    if (limits.length === 0) return [];
    return [
      limits.map(([period, usd]) => `${usd} USD a ${period}`).join(', '),
      `warnings at ${warn_at_percent.join(', ')} %`,
    ];
  },
  owner: ({ owner, incident_path }) => [
    `${owner.name} <${owner.email}>`,
    `escalation: ${owner.escalation.name} <${owner.escalation.email}>`,
    ...(incident_path === null ? [] : incidentLines(incident_path)),
  ],
  rollback_path: ({ rollback_path }) => [
    ...(rollback_path.run === undefined
      ? []
      : [`${rollback_path.run} (decided by ${rollback_path.decided_by})`]),
    ...Object.entries(rollback_path.tools).map(([tool, note]) => `${tool}: ${note}`),
  ],
  review_cadence: ({ review_cadence: review }) =>
    review === null
      ? []
      : [
          `${review.sample_rate * 100} % of class-2 actions, at least ${review.minimum_per_week} a week`,
          `by ${review.reviewers.join(', ')} within ${readable(review.deadline_seconds)}`,
        ],
};

function incidentLines(path: IncidentPath): string[] {
  const { people, webhook, from_severity, acknowledge_within_seconds: seconds, suspend_workflow } = path;
  const sent = webhook === null ? 'no webhook' : `webhook ${webhook.host} (${webhook.kind})`;
  const flags = from_severity === 'critical' ? 'critical flags' : `flags from ${from_severity} on`;
  return [
    `incident path: ${people.join(', ')}; ${sent}`,
    `incidents: ${flags}, acknowledged within ${readable(seconds)}${suspend_workflow ? '; each suspends the workflow' : ''}`,
  ];
}

function contentLine(content: ContentPolicy): string {
  const captures = new Set(Object.values(content.by_class));
  const captured =
    captures.size === 1
      ? [...captures].join('')
      : Object.entries(content.by_class)
          .map(([level, capture]) => `class ${level} ${capture}`)
          .join(', ');
  const masked = [
    ...(content.mask_secrets ? ['secrets'] : []),
    ...content.mask_patterns.map((pattern) => `/${pattern}/`),
    ...content.mask_fields,
  ];
  return `content: ${captured}; masked: ${masked.join(', ') || 'nothing'}`;
}

function readable(seconds: number): string {
  const units = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  const [size, unit] = units.find(([each]) => seconds % each === 0) ?? [1, 'second'];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
