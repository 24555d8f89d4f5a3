import { Agent, request } from 'node:http';

/** One connection, kept: what a page of the console has. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** The body of an answer of the service. @throws Error for any status but 200 */
export function get(url: string, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    request(url, { agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(parts).toString('utf8');
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${url} was answered with ${response.statusCode}: ${body.slice(0, 500)}`));
      });
    })
      .on('error', reject)
      .end();
  });
}
