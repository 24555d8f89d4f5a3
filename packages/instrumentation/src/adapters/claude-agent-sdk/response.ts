import type { ModelCall, ModelUsage } from '../../face.ts';
import { recordUsage } from '../../model/meter.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import type { OpenCall } from '../shared/open-model.ts';
import { tierIn } from '../shared/service-tier.ts';
import { type RawUsage, usageOf } from './usage.ts';

/** One response of a model, as its messages show it bit by bit. */
export class ModelResponse {
  readonly id: string;
  readonly model: string;
  readonly content: unknown[] = [];
  usage: RawUsage = {};
  /** Its usage is that of the whole response. */
  final = false;
  settled: Promise<void> = Promise.resolve();
  private readonly run: GovernedRun;
  private readonly about: ModelCall;
  private readonly call: Promise<OpenCall | undefined>;
  private readonly startedAt = new Date();

  constructor(
    run: GovernedRun,
    id: string,
    model: string,
    about: ModelCall,
    call: Promise<OpenCall | undefined>,
  ) {
    this.run = run;
    this.id = id;
    this.model = model;
    this.about = about;
    this.call = call;
  }

  /** On record, once. With an error its usage is what it showed until then, without output. */
  end(error: unknown): void {
    this.settled = this.run.track(this.settle(error)).catch((thrown: unknown) => {
      this.run.process.problem(`a model call could not be recorded: ${String(thrown)}`);
    });
  }

  /** Tokens as they are on record. */
  tokens(): ModelUsage {
    return usageOf(this.usage, this.final);
  }

  /** The tier that served it, where it says so. */
  servedTier(): string | undefined {
    return tierIn(this.usage['service_tier']);
  }

  private async settle(error: unknown): Promise<void> {
    const { id, model, content, startedAt } = this;
    const report = {
      usage: this.tokens(),
      responseId: id,
      responseModel: model,
      output: [...content],
      serviceTier: this.servedTier(),
    };
    const call = await this.call;
    // It was made although nobody allowed it; what it cost counts all the same.
    if (call === undefined) await recordUsage(this.run, { ...this.about, ...report, startedAt });
    else if (error === undefined) await call.done(report);
    else await call.failed(error, report);
    content.length = 0;
  }
}
