import type { Body } from '../corpus/body.ts';
import type { SpanFact, Story } from '../corpus/story.ts';
import type { CollectorName } from '../plan/strikes.ts';

/** What is known of one span from the side of those who send. */
export interface SpanEntry {
  readonly fact: SpanFact;
  /** A body with it in was answered with 200. */
  acknowledged: boolean;
  /** Times that it left, in whatever body, to whomever. */
  sent: number;
}

/** The accountant: every span and every cost that was sent, and what the collectors said to it. */
export class Account {
  readonly spans = new Map<string, SpanEntry>();
  readonly stories: Story[] = [];
  /** Answers in numbers: `200`, `429` …, `unheard`. */
  readonly answers: Record<string, number> = {};
  readonly habits: Record<string, number> = {};
  /** Answers that no sender should get, and 200s that name another number of quarantined spans. */
  readonly wrongAnswers: string[] = [];
  /** Spans that a collector which acknowledges what is stored had acknowledged, and that could not be read right then. */
  readonly absent: string[] = [];
  /** How often that was looked at. */
  looks = 0;

  tell(stories: readonly Story[], habit: string): void {
    this.stories.push(...stories);
    this.habits[habit] = (this.habits[habit] ?? 0) + 1;
  }

  sending({ facts }: Body): void {
    for (const fact of facts) {
      const entry = this.spans.get(fact.key);
      if (entry === undefined) this.spans.set(fact.key, { fact, acknowledged: false, sent: 1 });
      else entry.sent += 1;
    }
  }

  answered(answer: string): void {
    this.answers[answer] = (this.answers[answer] ?? 0) + 1;
  }

  acknowledged({ facts }: Body): void {
    for (const { key } of facts) {
      const entry = this.spans.get(key);
      if (entry !== undefined) entry.acknowledged = true;
    }
  }

  /** @param there undefined: nobody could say */
  looked({ facts }: Body, there: boolean | undefined): void {
    if (there === undefined) return;
    this.looks += 1;
    if (!there)
      this.absent.push(
        facts
          .map(({ id }) => id)
          .slice(0, 3)
          .join('; '),
      );
  }

  wrong(collector: CollectorName, what: string): void {
    this.wrongAnswers.push(`collector ${collector} ${what}`);
  }
}
