import { runsCostAndControls } from './runs-cost-and-controls.ts';

/** Generated files, from the top of this folder: Grafana reads them as they are. */
export const generatedFiles = (): readonly (readonly [path: string, text: string])[] => [
  ['generated/runs-cost-and-controls.json', `${JSON.stringify(runsCostAndControls(), null, 2)}\n`],
];
