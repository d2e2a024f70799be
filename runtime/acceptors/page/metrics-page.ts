// A page of Prometheus text.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { portHint } from '../fault.ts';
import { SpecError } from '../stations/spec-error.ts';

/**
 * Serves `GET /metrics`, nothing else. When the port cannot be had, what stands beside is closed.
 * @throws SpecError that names the port
 */
export async function openMetricsPage(
  metrics: () => string,
  at: { readonly host: string; readonly port: number },
  beside: { close(): Promise<void> },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(metrics());
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at.port, at.host, resolve);
    });
  } catch (error) {
    await beside.close();
    throw portError(at.port, error);
  }
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, close };
}

function portError(port: number, error: unknown): SpecError {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${code})`;
  return new SpecError(`metrics port ${port} ${why}`, portHint(code));
}
