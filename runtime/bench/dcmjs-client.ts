// dcmjs-dimse's Client, as a process: node dcmjs-client.js PORT FILE COUNT. One association, window 1.
import { Socket } from 'node:net';
import dcmjsDimse from 'dcmjs-dimse';

interface Request {
  on(event: 'response', listener: (response: { getStatus(): number }) => void): void;
}
interface Client {
  addRequest(request: Request): void;
  send(host: string, port: number, calling: string, called: string): void;
  on(event: string, listener: () => void): void;
}
interface Package {
  readonly Client: new () => Client;
  readonly requests: { readonly CStoreRequest: new (file: string) => Request };
  readonly log: { setLevel(level: string): void };
}

const { Client, requests, log } = dcmjsDimse as unknown as Package;
const [port = '0', file = '', count = '1'] = process.argv.slice(2);
log.setLevel('error');
// It leaves Nagle's algorithm on: 22 stores a second, of which a benchmark would tell nothing.
const connect = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect')?.value as (
  ...args: unknown[]
) => Socket;
Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
  return connect.apply(this, args).setNoDelay(true);
} as typeof Socket.prototype.connect;

const client = new Client();
let stored = 0;
for (let i = 0; i < Number(count); i++) {
  const request = new requests.CStoreRequest(file);
  request.on('response', (response) => {
    if (response.getStatus() === 0) stored++;
  });
  client.addRequest(request);
}
client.on('closed', () => process.exit(stored === Number(count) ? 0 : 1));
client.on('networkError', () => process.exit(1));
client.send('127.0.0.1', Number(port), 'BENCH', 'SINK');
