// The program's own modules in few files: a process and its threads start sooner when Node opens,
// resolves and links 160 modules less. Packages stay where they are.
import { gatherEntry } from './bundle.ts';

/** What is started as a program or as a thread. */
const ENTRIES = ['runtime/cli/main.js', 'runtime/vu/worker.js', 'runtime/acceptors/worker.js'];

/** Gathers each entry of the compiled `dist` for itself: threads share nothing but messages. */
export async function gather(dist: string): Promise<void> {
  for (const entry of ENTRIES) await gatherEntry(dist, entry);
}
