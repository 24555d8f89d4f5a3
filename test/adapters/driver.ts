import type { Run, Tollgate } from '@tollgate/instrumentation';
import type { z } from 'zod';

/** One adapter in its framework, as a case gets to drive it. */
export interface Driver {
  /** File name in `drivers/`, and the column of the matrix. */
  readonly name: string;
  /** As a person would call it. */
  readonly title: string;
  /** The framework's npm package, whose installed version is printed; null where there is none. */
  readonly packageName: string | null;
  /** A provider that the framework can call and a model of it that has a price; `none` (the reason) where the framework calls no models. */
  readonly models: { readonly provider: string; readonly priced: string } | { readonly none: string };
  /**
   * One agent loop of the real framework, on its test model or a local fake provider that says `turns`, one after the other.
   * The case has opened `scene.run` around it. Never rejects: what the framework's loop threw is `error`.
   */
  drive(scene: Scene): Promise<Transcript>;
}

export interface Scene {
  readonly tollgate: Tollgate;
  /** The run whose body is executing; undefined where the case drives outside of any. */
  readonly run: Run | undefined;
  readonly tools: readonly ToolUnderTest[];
  /** What the model says, one after the other; after the last it says '' without tool calls. */
  readonly turns: readonly Turn[];
  /** The model's answers are streamed, and the application reads the stream. */
  readonly stream: boolean;
  readonly model: {
    readonly provider: string;
    readonly id: string;
    readonly maxOutputTokens?: number | undefined;
  };
  /** To be handed to the framework as the application's abort signal. `run.signal` is another. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The application's own code in each hook, callback, middleware or guard that the framework has around a tool call,
   * with the arguments' object as the framework hands it out there. It may throw, or change what it is given.
   */
  readonly hook?: ((args: unknown) => void) | undefined;
  /** The framework's own approval setting says that nobody needs to be asked, or its callback says yes to everything. */
  readonly frameworkApproval?: 'says-yes' | undefined;
  /**
   * The tools belong to a sub-agent (a nested loop) that an outer one calls through a tool named SUB_AGENT_TOOL, which the workflow
   * lists in class 1. `turns` is what the sub-agent's model says; the driver makes up the outer one's.
   */
  readonly subAgent?: boolean | undefined;
}

export const SUB_AGENT_TOOL = 'delegate';

export interface ToolUnderTest {
  readonly name: string;
  readonly description: string;
  readonly parameters: z.ZodObject;
  /** What it really does: the case counts these and keeps their arguments. Its result is JSON. */
  execute(args: unknown, signal?: AbortSignal): Promise<unknown>;
  readonly reads?: readonly string[] | undefined;
  /** Given to the gate in the framework's own way where it has one (MCP annotations), otherwise as the adapter's details. */
  readonly hints?: { readonly destructive?: boolean; readonly readOnly?: boolean } | undefined;
  readonly rollbackNote?: ((args: never) => string) | undefined;
}

/** One answer of the model: tool calls, made in parallel where the framework does that, or text. */
export type Turn = {
  /** The truth, in our words: cache reads and creation are part of input. A driver puts it into its provider's. Undefined: reports none. */
  readonly usage?: TurnUsage | undefined;
} & (
  | { readonly calls: readonly TurnCall[] }
  | {
      readonly text: string;
      /** With `stream`: the provider sends half of the text and then nothing more, and the application aborts or turns away. */
      readonly breaksOff?: boolean | undefined;
    }
);

export interface TurnUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens?: number | undefined;
  readonly cacheCreationTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
}

export interface TurnCall {
  readonly id: string;
  readonly tool: string;
  /** JSON text exactly as the model wrote it, which may be none at all. `argumentsOf` is for those who can pass values only. */
  readonly json: string;
}

export interface Transcript {
  /** What the model got to read of each tool call, in any order. */
  readonly results: readonly { readonly id: string; readonly tool: string; readonly text: string }[];
  /** The model's last text. */
  readonly text: string | undefined;
  readonly error: unknown;
  /** How often a model was really asked, the outer one of a sub-agent included. */
  readonly modelCalls: number;
}

/** The model's part: hands out the turns and counts how often it was asked. */
export class Script {
  calls = 0;
  private readonly turns: readonly Turn[];

  constructor(turns: readonly Turn[]) {
    this.turns = turns;
  }

  next(): Turn {
    const turn = this.turns[this.calls] ?? { text: '' };
    this.calls += 1;
    return turn;
  }
}

/** The arguments as a value, for frameworks whose callers pass values; text that is no JSON stays text. */
export function argumentsOf(call: TurnCall): unknown {
  try {
    return JSON.parse(call.json);
  } catch {
    return call.json;
  }
}

/** A result as text for a model to read, where the framework leaves that to the application. */
export function textOf(result: unknown): string {
  if (typeof result === 'string') return result;
  if (result instanceof Error) return result.message;
  return JSON.stringify(result) ?? '';
}
