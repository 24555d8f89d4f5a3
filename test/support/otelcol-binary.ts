import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../collector-config/scripts/build-otelcol', import.meta.url));

/**
 * Builds or finds the OpenTelemetry Collector of collector-config; a cold build takes minutes, and says so on stderr.
 * @returns its path; undefined where there is no Go to build it with, which in CI is an error
 */
export async function otelcolBinary(): Promise<string | undefined> {
  const { code, stdout } = await run();
  if (code === 0) return stdout.trim();
  if (code !== 3 || process.env['CI'] === 'true')
    throw new Error('The OpenTelemetry Collector could not be built; see above.');
  return undefined;
}

/** Exit code 3 says that there is no usable Go. */
function run(): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile(SCRIPT, (error, stdout) => {
      if (error === null) resolve({ code: 0, stdout });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout });
      else reject(error);
    });
    child.stderr?.pipe(process.stderr);
  });
}
