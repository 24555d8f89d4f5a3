import { RISKS } from '@tollgate/contract';
import type { Answers } from './answers.ts';
import { askTools } from './ask-tool.ts';
import type { Asker } from './asker.ts';
import { Interview, numberOf } from './interview.ts';

/**
 * Asks a person for every required input, and, by the classes of the tools, for the limits that go with them.
 * `nameTaken` says what is wrong with a workflow name besides its form.
 */
export async function askWorkflow(
  asker: Asker,
  nameTaken: (name: string) => string | undefined,
): Promise<Answers> {
  const interview = new Interview(asker);
  await askPeople(interview, nameTaken);
  await interview.list(['data'], 'Which data sources may the agent read? e.g. tickets', { optional: true });
  if (interview.answers['data'] === undefined) interview.keep(['data'], []);
  await interview.pick(
    ['risks'],
    'Which risks does the workflow carry?',
    RISKS.map((value) => ({ value })),
  );
  const highest = await askTools(interview);
  await askStops(interview);
  await askBudget(interview, highest);
  if (highest >= 2) await askReview(interview);
  if (highest === 3)
    await interview.list(['incident', 'people'], 'Whom does a breach reach? E-mails or group:NAME');
  if (await asker.confirm('May class-1 tools go on while the service cannot be reached?', false))
    interview.keep(['when_service_unreachable'], 'allow_class_1');
  return interview.answers;
}

async function askPeople(
  interview: Interview,
  nameTaken: (name: string) => string | undefined,
): Promise<void> {
  await interview.text(['workflow'], 'What is the repeated business process called? e.g. support-triage', {
    also: nameTaken,
  });
  await interview.text(['description'], 'What does it do, in one line?', { optional: true });
  await interview.text(['owner', 'name'], 'Which person is accountable for it? Name');
  await interview.text(['owner', 'email'], 'Their e-mail');
  await interview.text(['team'], 'Which team uses the agent?');
}

async function askStops(interview: Interview): Promise<void> {
  await interview.text(['stops_when', 'denials'], 'After how many denied calls does a run stop?', {
    default: '3',
    as: numberOf,
  });
  await interview.text(['stops_when', 'errors'], 'After how many failed calls?', {
    default: '5',
    as: numberOf,
  });
  await interview.lines(['stops_when', 'also'], 'When else, in words?', 0);
  await interview.lines(['failure'], 'What does failure look like?', 1);
}

async function askBudget(interview: Interview, highest: number): Promise<void> {
  const required = highest === 3 ? {} : { optional: true as const };
  const perRun = await interview.text(
    ['budget', 'per_run'],
    'What may one run cost? US dollars, e.g. 0.50',
    required,
  );
  if (perRun === undefined) return;
  for (const [field, period] of [
    ['per_day', 'day'],
    ['per_month', 'month'],
  ] as const)
    await interview.text(['budget', field], `What may one ${period} cost?`, { optional: true });
}

async function askReview(interview: Interview): Promise<void> {
  const percent = (text: string) => numberOf(text.replace(/\s*%$/, '')) / 100;
  await interview.text(
    ['review', 'sample_rate'],
    'What share of class-2 actions does a human review? Percent',
    {
      default: '10',
      as: percent,
    },
  );
  await interview.text(['review', 'deadline'], 'How soon?', { default: '48h' });
  await interview.list(['review', 'reviewers'], 'By whom? E-mails or group:NAME');
  await interview.text(['rollback'], 'How does the owner undo a whole run?');
}
