import type { DemoResult } from '../demo/demo-result.ts';
import { demoSummary } from '../demo/summary.ts';
import type { KeptSecret } from '../system/first-start.ts';

interface Running {
  readonly url: string;
  readonly otlpUrl: string;
  readonly directory: string;
  readonly logFile: string;
  readonly admin: KeptSecret;
  readonly demo: DemoResult | undefined;
}

/** Where to look, how to sign in, what was flagged and why. */
export function banner({ url, otlpUrl, directory, logFile, admin, demo }: Running): string {
  return [
    ...(demo === undefined ? [] : ['', demoSummary(demo)]),
    '',
    'Tollgate is running.',
    '',
    `  console            ${url}`,
    `  sign in            ${signIn(url, admin.token)}   (first admin)`,
    ...(demo?.people ?? []).map(
      ({ name, role, token }) => `  ${`as ${name}`.padEnd(18)} ${signIn(url, token)}   (${role})`,
    ),
    `  API                ${url}/openapi.json   (token in ${admin.file})`,
    `  collector          ${otlpUrl}`,
    `  data               ${directory}`,
    `  log                ${logFile}`,
    '',
    'Stop with Ctrl-C; what was stored stays.',
  ].join('\n');
}

/** The token is in the fragment, which no browser sends to a server or into its log. */
function signIn(url: string, token: string): string {
  return `${url}/sign-in#token=${token}`;
}
