import { CONTROL_RULES, type ControlName, type JsonValue } from '@tollgate/contract';
import type { NotificationRow } from '../state/incident-tables.ts';
import { isoTime } from '../state/time.ts';

/** What a notification says: who has to look at what, until when, and where; never content, nor what an agent claimed. */
type Payload = { readonly [field: string]: JsonValue };

/**
 * The body of a notification, the same bytes at every attempt.
 * @param console_url where the console is reached, without `/` at its end; empty: links are paths
 */
export const notificationBody = (row: NotificationRow, console_url: string): string =>
  JSON.stringify(row.kind === 'slack' ? slackPayload(row, console_url) : standardPayload(row, console_url));

function standardPayload(row: NotificationRow, console_url: string): Payload {
  const { notification_id, flag_id, control, severity, workflow, run_id, owner, team } = row;
  return {
    type: row.purpose === 'test' ? 'incident.test' : 'incident.opened',
    timestamp: isoTime(row.opened_at),
    data: {
      ...{
        notification_id,
        flag_id,
        control,
        rule: ruleOf(control),
        severity,
        workflow,
        run_id,
        owner,
        team,
      },
      ...{ suspended: row.suspended === 1, acknowledge_by: isoTime(row.due_at) },
      link: linkOf(row, console_url),
    },
  };
}

const isControl = (name: string | null): name is ControlName =>
  name !== null && Object.hasOwn(CONTROL_RULES, name);

const ruleOf = (control: string | null): string | null =>
  isControl(control) ? CONTROL_RULES[control].rule : null;

const linkOf = ({ flag_id, workflow }: NotificationRow, console_url: string): string =>
  flag_id === null
    ? `${console_url}/workflows/${encodeURIComponent(workflow)}`
    : `${console_url}/flags/${encodeURIComponent(flag_id)}`;

function slackPayload(row: NotificationRow, console_url: string): Payload {
  const { control, severity, workflow, owner, run_id } = row;
  const title =
    row.purpose === 'test'
      ? `Test of the incident path of ${workflow}`
      : `${severity} incident in ${workflow}: ${ruleOf(control) ?? control ?? ''}`;
  const facts = [
    ...(control === null ? [] : [`control: ${control}`]),
    `owner: ${owner}`,
    ...(run_id === null ? [] : [`run: ${run_id}`]),
    ...(row.suspended === 1 ? ['the workflow is suspended'] : []),
    ...(row.purpose === 'test' ? [] : [`to be acknowledged by ${isoTime(row.due_at)}`]),
  ];
  const link = linkOf(row, console_url);
  return {
    text: escaped(`${title} · ${link}`),
    blocks: [`*${escaped(title)}*`, facts.map(escaped).join('\n'), slackLink(link)].map(section),
  };
}

/** `verbatim`: otherwise Slack makes links and mentions of plain text too, of an address or a channel's name. */
const section = (text: string): Payload => ({
  type: 'section',
  text: { type: 'mrkdwn', text, verbatim: true },
});

/** The one link there is. Without the console's address there is only a path, which is none. */
const slackLink = (link: string): string =>
  link.startsWith('/') ? escaped(link) : `<${escaped(link).replaceAll('|', '%7C')}>`;

/** Slack reads these three as its own; escaped, no text can begin a link or a mention. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
