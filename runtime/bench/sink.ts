// A sink in a process of its own: accepts everything, keeps nothing. Prints its port, then counts.
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { listen } from '../dicom/scp/server.ts';

let stores = 0;
const listening = await listen({
  port: Number(process.argv[2] ?? 0),
  handler: {
    onAssociate: ({ rq }) => ({ kind: 'accept', contexts: negotiateContexts(rq) }),
    onStore: () => undefined,
    onStoreEnd: () => {
      stores++;
      return 0;
    },
    onRequest: (association, request) => association.respond(request, { status: 0 }),
  },
});
console.log(String(listening.port));
process.on('SIGUSR2', () => console.log(`stores ${stores}`));
process.on('SIGTERM', () => process.exit(0));
