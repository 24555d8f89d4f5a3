import { problemAt } from './answers.ts';
import type { Asker, Choice } from './asker.ts';

export type Path = readonly (string | number)[];

interface TextOptions {
  readonly default?: string;
  /** An empty answer leaves the field out. */
  readonly optional?: true;
  /** The value that a text stands for; the text itself when left out. */
  readonly as?: (text: string) => unknown;
  /** What the rules of the file cannot know, e.g. that a file is there already. */
  readonly also?: (text: string) => string | undefined;
}

/** Questions and their answers, each checked when it is given, by the very rules of the workflow file. */
export class Interview {
  readonly asker: Asker;
  answers: Record<string, unknown> = {};

  constructor(asker: Asker) {
    this.asker = asker;
  }

  keep(path: Path, value: unknown): void {
    this.answers = filled(this.answers, path, value) as Record<string, unknown>;
  }

  async text(path: Path, message: string, options: TextOptions = {}): Promise<string | undefined> {
    const { as = (text: string) => text, also, optional, default: byDefault } = options;
    const answer = await this.asker.text({
      message: optional === true ? `${message} (Enter to leave out)` : message,
      ...(byDefault === undefined ? {} : { default: byDefault }),
      check: (text) => {
        const given = text.trim();
        if (given === '') return optional === true ? undefined : 'an answer is needed here';
        return this.#problem(path, as(given)) ?? also?.(given);
      },
    });
    if (answer.trim() === '') return undefined;
    this.keep(path, as(answer.trim()));
    return answer.trim();
  }

  /** Names in one line, with commas. */
  async list(path: Path, message: string, options: { readonly optional?: true } = {}): Promise<string[]> {
    const answer = await this.text(path, `${message}, with commas`, { ...options, as: listOf });
    return listOf(answer ?? '');
  }

  /** Sentences, one at a time, until an empty line. */
  async lines(path: Path, message: string, least: 0 | 1): Promise<void> {
    for (let index = 0; ; index++) {
      const optional = index >= least ? { optional: true as const } : {};
      const line = await this.text([...path, index], index === 0 ? message : 'And', optional);
      if (line === undefined) return;
    }
  }

  async pick(path: Path, message: string, choices: readonly Choice[]): Promise<void> {
    this.keep(path, await this.asker.pick(message, choices));
  }

  #problem(path: Path, value: unknown): string | undefined {
    return problemAt(filled(this.answers, path, value) as Record<string, unknown>, pathText(path));
  }
}

/** Copies what lies on the path, with `value` at its end. */
function filled(node: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list: unknown[] = Array.isArray(node) ? [...node] : [];
    list[key] = filled(list[key], rest, value);
    return list;
  }
  const map = typeof node === 'object' && node !== null ? (node as Record<string, unknown>) : {};
  return { ...map, [key]: filled(Object.hasOwn(map, key) ? map[key] : undefined, rest, value) };
}

function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** The number that a text says; an empty text says none, which no rule accepts. */
export function numberOf(text: string): number {
  return text === '' ? Number.NaN : Number(text);
}
