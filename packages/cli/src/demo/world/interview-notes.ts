import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const NOTES: Readonly<Record<string, string>> = {
  'interview-07.md': 'Dana (analyst): "I export the report every Friday, and I redo the filters each time."',
  'interview-09.md':
    'Kofi (team lead): "My people ask me which filters they should use. I paste them in chat."',
  'interview-12.md': 'Ines (finance): "I only need the total, by mail, on the first of the month."',
};

export interface Requirement {
  readonly title: string;
  readonly text: string;
  readonly sources: readonly string[];
}

export interface InterviewNotes {
  search(words: string): Promise<readonly string[]>;
  read(note: string): Promise<string>;
  createRequirement(requirement: Requirement): Promise<{ number: number }>;
  requirements(): Promise<readonly Requirement[]>;
}

/** Notes as files in `directory/notes`, and requirements as lines of `directory/requirements.jsonl`. */
export async function createInterviewNotes(directory: string): Promise<InterviewNotes> {
  const folder = join(directory, 'notes');
  const register = join(directory, 'requirements.jsonl');
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(NOTES)) await writeFile(join(folder, name), text);
  await writeFile(register, '');
  const requirements = async () =>
    (await readFile(register, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Requirement);
  const read = async (note: string) => {
    if (!(await readdir(folder)).includes(note)) throw new Error(`there is no note ${note}`);
    return readFile(join(folder, note), 'utf8');
  };
  return {
    read,
    search: async (words) => {
      const names = await readdir(folder);
      const texts = await Promise.all(names.map(read));
      return names.filter((_, index) => texts[index]?.toLowerCase().includes(words.toLowerCase()));
    },
    createRequirement: async (requirement) => {
      await appendFile(register, `${JSON.stringify(requirement)}\n`);
      return { number: (await requirements()).length };
    },
    requirements,
  };
}
