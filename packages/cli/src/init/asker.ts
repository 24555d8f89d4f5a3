/** One question for a line of text. */
export interface TextQuestion {
  readonly message: string;
  readonly default?: string;
  /** What is wrong with the answer, in words; undefined accepts it. */
  readonly check: (text: string) => string | undefined;
}

export interface Choice {
  readonly value: string;
  readonly description?: string;
}

/** Whoever answers: a person at a terminal, or a test. */
export interface Asker {
  readonly text: (question: TextQuestion) => Promise<string>;
  readonly choose: (message: string, choices: readonly Choice[]) => Promise<string>;
  readonly pick: (message: string, choices: readonly Choice[]) => Promise<readonly string[]>;
  readonly confirm: (message: string, byDefault: boolean) => Promise<boolean>;
}
