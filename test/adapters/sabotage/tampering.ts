import type { Reason } from '@tollgate/contract';
import {
  type CallOptions,
  type GatedTool,
  type ModelCall,
  type ModelReport,
  type Run,
  type Tollgate,
  type ToolDefinition,
  ToolRefused,
} from '@tollgate/instrumentation';
import type { Scene, ToolUnderTest } from '../driver.ts';

/** A defect: the scene as an adapter with it would hand it on. */
export type Defect = (scene: Scene) => Scene;

type Definition = ToolDefinition<unknown, unknown>;
type Call = (args: unknown, options: CallOptions) => Promise<unknown>;
type Model = (about: ModelCall, call: () => Promise<ModelReport>) => Promise<ModelReport>;

/** Changes how tools are put behind the gate, or what happens around a gated call. */
export function tampersWithTools(
  tamper: (gate: (definition: Definition) => Call, definition: Definition, scene: Scene) => Call,
): Defect {
  return (scene) => {
    const gate = (definition: Definition): Call => {
      const gated = scene.tollgate.tool(definition);
      return (args, options) => gated(args, { ...options, run: scene.run });
    };
    const tool = (definition: Definition): GatedTool<unknown, unknown> => {
      const call = tamper(gate, definition, scene);
      return Object.assign((args: unknown, options: CallOptions = {}) => call(args, options), {
        in:
          () =>
          (args: unknown, options: CallOptions = {}) =>
            call(args, options),
        toolName: definition.name,
      });
    };
    return { ...scene, tollgate: instead(scene.tollgate, 'tool', tool) };
  };
}

/** Changes how model calls are metered. */
export function tampersWithModels(tamper: (run: Run, scene: Scene) => Model): Defect {
  return (scene) =>
    scene.run === undefined
      ? scene
      : { ...scene, run: instead(scene.run, 'model', tamper(scene.run, scene)) };
}

export function tampersWithUse(tamper: (tool: ToolUnderTest, scene: Scene) => ToolUnderTest): Defect {
  return (scene) => ({ ...scene, tools: scene.tools.map((tool) => tamper(tool, scene)) });
}

/** Goes round the gate wherever `when` says so. */
export function ungatedWhen(when: (args: unknown, scene: Scene, definition: Definition) => boolean): Defect {
  return tampersWithTools((gate, definition, scene) => {
    const gated = gate(definition);
    return (args, options) =>
      when(args, scene, definition) ? directly(definition, args, options) : gated(args, options);
  });
}

/** Takes the gate's no for a yes. */
export function disobeys(reason: Reason): Defect {
  return tampersWithTools((gate, definition) => {
    const gated = gate(definition);
    return (args, options) =>
      gated(args, options).catch((error: unknown) => {
        if (error instanceof ToolRefused && error.reason === reason)
          return directly(definition, args, options);
        throw error;
      });
  });
}

/** The tool's own code, as one who goes round the gate would call it. */
export async function directly(
  definition: Definition,
  args: unknown,
  options: CallOptions,
): Promise<unknown> {
  const signal = options.signal ?? new AbortController().signal;
  return definition.execute(args, { runId: '', callId: options.callId ?? '', signal });
}

/** The same object, with another function under one name. */
function instead<T extends Tollgate | Run>(target: T, name: string, replacement: unknown): T {
  return new Proxy(target, {
    get(_, key) {
      if (key === name) return replacement;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
