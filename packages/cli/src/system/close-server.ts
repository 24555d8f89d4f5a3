import type { Server } from 'node:http';

/** Requests in flight get this long to be answered; a client that keeps asking does not keep the server open. */
const DRAIN_MS = 3000;

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(impatient);
      resolve();
    });
  });
}
