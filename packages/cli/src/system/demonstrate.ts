import { join } from 'node:path';
import type { DemoResult } from '../demo/demo-result.ts';
import { runDemo } from '../demo/run-demo.ts';
import { provision } from './provision.ts';
import type { System } from './start-system.ts';

/** Runs the demo against a running system; its people and keys are made on the way. */
export function demonstrate(
  system: System,
  token: string,
  directory: string,
  onProgress: (line: string) => void,
): Promise<DemoResult> {
  return runDemo({
    serviceUrl: system.url,
    otlpUrl: system.otlpUrl,
    admin: { token },
    provision: (spec) => provision(system.service.control, spec),
    directory: join(directory, 'demo'),
    onProgress,
  });
}
