import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ConsoleAsset, type ConsoleAssets, consoleAssets } from './assets.ts';

/** Works as Express middleware and on a bare `http.Server` alike. */
export type ConsoleHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Paths of the service: never answered with a page, so that a wrong API path is an error and not HTML. */
const OF_THE_SERVICE = /^\/(v1|openapi\.json|healthz|readyz|metrics|reference)(\/|$)/;

/** What the pages need, and nothing more. A header that the service has set already stays. */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/**
 * Serves the console's files, and `index.html` for any page address of the console. Calls `next` for the service's own
 * paths, for methods other than GET and HEAD, for files that do not exist, and with an error where the pages cannot be built.
 */
export function consoleHandler(load: () => Promise<ConsoleAssets> = consoleAssets): ConsoleHandler {
  return (req, res, next) => {
    // Not every path of a request is one of a URL, e.g. `//`.
    const path = URL.parse(req.url ?? '/', 'http://console')?.pathname;
    if (path === undefined || (req.method !== 'GET' && req.method !== 'HEAD') || OF_THE_SERVICE.test(path))
      return next();
    load()
      .then((assets) => {
        const asset = assets.get(path) ?? (wantsPage(req, path) ? assets.get('/index.html') : undefined);
        if (asset === undefined) next();
        else answer(req, res, asset, isHashed(path, asset));
      })
      .catch(next);
  };
}

function wantsPage(req: IncomingMessage, path: string): boolean {
  if (path === '/') return true;
  return !path.startsWith('/assets/') && (req.headers.accept ?? '').includes('text/html');
}

/** The build puts a hash of the content into each name below `/assets/`; such an address never means other bytes. */
function isHashed(path: string, asset: ConsoleAsset): boolean {
  return path.startsWith('/assets/') && !asset.type.startsWith('text/html');
}

function answer(req: IncomingMessage, res: ServerResponse, asset: ConsoleAsset, hashed: boolean): void {
  for (const [name, value] of Object.entries(HEADERS)) if (!res.hasHeader(name)) res.setHeader(name, value);
  res.setHeader('ETag', asset.etag);
  res.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (matches(req.headers['if-none-match'], asset.etag)) {
    res.writeHead(304).end();
    return;
  }
  res.setHeader('Content-Type', asset.type);
  res.setHeader('Content-Length', asset.body.byteLength);
  res.writeHead(200).end(req.method === 'HEAD' ? undefined : asset.body);
}

function matches(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag) ?? false;
}
