import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Order } from '../js/support/order.ts';
import { SCENARIOS, type Scenario } from '../scenarios.ts';
import { playedBy, type SetUp } from '../set-ups/set-up.ts';
import { newTrace, type Rig } from './rig.ts';

/** One scenario that was played, and the run that its spans belong to. */
export interface Played {
  readonly setUp: SetUp;
  readonly scenario: Scenario;
  readonly run: string;
}

/** How to start a set-up's program; Python's needs an interpreter that has its packages. */
export interface Interpreters {
  readonly python?: string;
}

const TIMEOUT_MS = 120_000;

/** Plays every scenario of a set-up in a process of its own. @throws Error where the program does not end well */
export async function play(setUp: SetUp, rig: Rig, { python }: Interpreters): Promise<readonly Played[]> {
  const plays = playedBy(setUp, SCENARIOS).map((scenario) => ({ scenario, ...newTrace() }));
  const order: Order = {
    collector: rig.collector,
    key: rig.key,
    provider: rig.provider.url,
    instance: setUp.name,
    plays: plays.map(({ scenario, traceparent }) => ({
      ...{ scenario: scenario.name, traceparent },
      ...{ api: scenario.api, stream: scenario.stream === true, ends: scenario.ends ?? 'whole' },
      ...{ tier: scenario.tier ?? '', usage_asked: scenario.usageNotAsked === undefined },
    })),
  };
  await runProgram(setUp, order, python);
  return plays.map(({ scenario, run }) => ({ setUp, scenario, run }));
}

async function runProgram(
  { name, language }: SetUp,
  order: Order,
  python: string | undefined,
): Promise<void> {
  const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
  const [command, ...args] =
    language === 'js'
      ? [process.execPath, ...JS_FLAGS, path(`js/setups/${name}.ts`)]
      : [python ?? 'python3', path('python/play.py'), name];
  const child = spawn(command, args, {
    // Whatever the surroundings say of OpenTelemetry is not part of a set-up.
    env: { ...withoutTelemetry(process.env), PLAY: JSON.stringify(order) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`the program of ${name} ended with ${code}:\n${err}${out}`);
}

const JS_FLAGS = ['--disable-warning=ExperimentalWarning', '--conditions=tollgate-source'];

function withoutTelemetry(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(OTEL|ANTHROPIC|OPENAI|TRACELOOP|LANGCHAIN|NODE_OPTIONS)/.test(name),
    ),
  );
}
