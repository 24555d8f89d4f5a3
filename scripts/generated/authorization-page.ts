import { ROLES } from '@tollgate/contract';
import { type Allowed, MATRIX } from '../../packages/query-service/test/authorization/matrix.ts';
import { table } from './markdown.ts';

/** docs/authorization.md: who may ask the API what, as the tests hold every route to it. */
export function authorizationPage(): string {
  const routes = Object.entries(MATRIX).map(([name, allowed]) => [
    `\`${name.replace(/^\w+/, (method) => method.toUpperCase())}\``,
    ...ROLES.map((role) => (allowed.roles === 'public' || allowed.roles.includes(role) ? '✓' : '')),
    OF[allowed.of],
  ]);
  return `${HEAD}\n${table(['route', ...ROLES, 'of'], routes)}\n`;
}

const OF: Readonly<Record<Allowed['of'], string>> = {
  team: 'the teams of whoever asks',
  installation: 'the installation',
  self: 'whoever asks',
};

const HEAD = `# Who may ask what

Made by \`npm run generate\` from the table that tests hold every route to, as every role: without a key or session, with each role of the team
that a thing belongs to, and with each role of another team. A route that is not in it fails the tests.

- **Roles** are a person's, given by an admin: \`owner\`, \`reviewer\`, \`approver\`, \`auditor\` (reads, and changes nothing), \`admin\`. \`agent\` is a
  key, which belongs to one team and is bound to workflows of it.
- **Teams** are a person's as well; \`*\` is every team. Of a thing that belongs to other teams a person is told what they would be told if
  it did not exist: it is in no list and no sum, and asked for by its id it is \`not_found\`.
- **Whose a run is** follows from keys, never from what spans claim. Where the service gave the run its id, it is of the team that registered
  it, whoever else sends spans for it. Any other id, of a trace or of a run that starts without the service, is in headers and logs before it is
  registered: such a run is seen by who sees the team of _every_ key that sent something of it, and where it was registered late, the team
  that did so as well. A principal that has had keys of two teams is of neither. So a span of another team's key hides such a run from its
  own team until it is looked at by somebody who sees all of them, and \`run_registered\` flags it. To be told less for a while can be mended; to have
  told another team cannot. Flags go to the team whose key sent what they are about. A run that is registered before it starts is not
  open to that.
- **Whose a call's cost is** follows from the key it came with as well: it is in the costs of that key's team, whatever team its span claims, or where it
  claims none. A call of a principal that has had keys of two teams is of neither, and seen by who sees every team. The claim counts only of a
  principal that the service made no key for, as in another collector's own list.
- **Grafana and SQL** know no teams: whoever may open the dashboards, or has the password of a reading user, sees the figures of all.
- **Content**, which is what people and models wrote, is read by owners, reviewers, approvers and auditors, and can be withheld from one
  person whatever their roles (\`reads_content\`): they see costs, records and flags, and neither evidence nor an export brings content.
  Whoever decides on a call that waits sees its arguments all the same. A change of anybody's rights is on record, and nobody changes
  their own.
- Beyond the table, a service refuses what a rule refuses whoever asks: the initiator of a run and the requester of an approval do not
  decide on it, a reviewer does not review their own run, and where a workflow file names approvers, others are none. A critical flag
  is not resolved by who started its run, or approved the call or broke the glass that it is about: not as its owner, nor as an admin.
`;
