// A sink in a process of its own: accepts everything, keeps nothing. Prints its port, then counts.
//   node sink.js [PORT [KEY CERTIFICATE]]
import { readFileSync } from 'node:fs';
import { negotiateContexts } from '../dicom/scp/contexts.ts';
import { listen } from '../dicom/scp/server.ts';

const [port = '0', key, cert] = process.argv.slice(2);
const tls =
  key === undefined || cert === undefined
    ? undefined
    : { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
let stores = 0;
const listening = await listen({
  port: Number(port),
  ...(tls && { tls }),
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
