import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Crm, connectCrm } from './crm.ts';
import { createGitRepository, type GitRepository } from './git-repository.ts';
import { createInterviewNotes, type InterviewNotes } from './interview-notes.ts';
import { createMailServer, type MailServer } from './mail-server.ts';
import { createProduction, type Production } from './production.ts';
import { createTicketDesk, type TicketDesk } from './ticket-desk.ts';

/** The real systems that the demo's tools work on, in small, in a directory of their own. */
export interface World {
  readonly directory: string;
  readonly repository: GitRepository;
  readonly tickets: TicketDesk;
  readonly mail: MailServer;
  readonly notes: InterviewNotes;
  readonly production: Production;
  readonly crm: Crm;
  close(): Promise<void>;
}

/** Creates everything anew below `parent`, so that a second demo does not meet what the first one left. */
export async function createWorld(parent: string): Promise<World> {
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, 'world-'));
  const tickets = createTicketDesk(directory);
  const [repository, notes, mail, production, crm] = await Promise.all([
    createGitRepository(directory),
    createInterviewNotes(directory),
    createMailServer(directory),
    createProduction(directory),
    connectCrm(directory),
  ]);
  const close = async () => {
    await Promise.all([mail.close(), production.close(), crm.close()]);
    tickets.close();
  };
  return { directory, repository, tickets, mail, notes, production, crm, close };
}
