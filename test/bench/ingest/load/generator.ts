import { ChildProgram } from '../../../support/child-program.ts';
import { SPANS_PER_BODY } from './body.ts';
import type { LoadJob, LoadSaid, Pace, Sent } from './messages.ts';

export interface Prepared {
  readonly bodies: number;
  readonly spans: number;
  readonly bytes: number;
  readonly sentBytes: number;
}

const PROGRAM = new URL('./generator-program.ts', import.meta.url);
/** The same bodies in every run of the benchmark, but for their times. */
const SEED = 985;
const HOUR = 3_600_000;

/** The load generator's process, and what it has ready to send. */
export class Generator {
  readonly prepared: Prepared;
  private readonly program: ChildProgram<LoadJob, LoadSaid>;

  private constructor(program: ChildProgram<LoadJob, LoadSaid>, prepared: Prepared) {
    this.program = program;
    this.prepared = prepared;
  }

  /** Prepares at least so many spans, in whole bodies. @param level of gzip; 6 is what SDKs take */
  static async start(spans: number, level = 6): Promise<Generator> {
    const program = new ChildProgram<LoadJob, LoadSaid>(PROGRAM, {});
    const bodies = Math.ceil(spans / SPANS_PER_BODY);
    const start = Math.floor(Date.now() / HOUR - 2) * HOUR;
    program.tell({
      kind: 'prepare',
      seed: SEED,
      start: String(BigInt(start) * 1_000_000n),
      bodies,
      spansPerBody: SPANS_PER_BODY,
      level,
    });
    const said = await program.hear();
    if (said?.kind !== 'prepared') throw new Error('the load generator ended; see above');
    return new Generator(program, { bodies, ...said });
  }

  get pid(): number {
    return this.program.pid;
  }

  send(url: string, key: string, pace: Pace): Promise<Sent> {
    return this.sent({ kind: 'send', url, key, pace });
  }

  sendBlocks(url: string, files: readonly string[]): Promise<Sent> {
    return this.sent({ kind: 'blocks', url, files });
  }

  end(): Promise<void> {
    return this.program.end();
  }

  private async sent(job: LoadJob): Promise<Sent> {
    this.program.tell(job);
    const said = await this.program.hear();
    if (said?.kind !== 'sent') throw new Error('the load generator ended; see above');
    return said;
  }
}
