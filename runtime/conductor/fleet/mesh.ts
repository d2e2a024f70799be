// Ports from every worker to every other one.
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

/** `mesh[a][b]` is the port by which worker a speaks to worker b. */
export function newMesh(workers: number): (MessagePort | null)[][] {
  const mesh = Array.from({ length: workers }, () =>
    Array.from({ length: workers }, (): MessagePort | null => null),
  );
  for (let a = 0; a < workers; a++) {
    for (let b = a + 1; b < workers; b++) {
      const { port1, port2 } = new MessageChannel();
      const rowA = mesh[a];
      const rowB = mesh[b];
      if (rowA !== undefined) rowA[b] = port1;
      if (rowB !== undefined) rowB[a] = port2;
    }
  }
  return mesh;
}
