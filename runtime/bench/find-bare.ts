// What a request costs a script of Node that has nothing but sockets: written at once, its answer found by its
// length and made a text, which nobody looks at. Nothing is counted, nothing timed.
//   node find-bare.js PORT CONNECTIONS
import { connect } from 'node:net';

const [port = '0', connections = '1'] = process.argv.slice(2);
const buffer = Buffer.allocUnsafe(65_536);
const END = Buffer.from('\r\n\r\n');

function ask(): void {
  let held = '';
  const socket = connect({
    ...{ host: '127.0.0.1', port: Number(port), noDelay: true },
    onread: {
      buffer,
      callback: (bytes) => {
        held += buffer.toString('latin1', 0, bytes);
        const body = held.indexOf('\r\n\r\n') + END.length;
        const [, length = 'NaN'] = /\r\ncontent-length: (\d+)/i.exec(held) ?? [];
        if (held.length - body < Number(length)) return true;
        held = '';
        send();
        return true;
      },
    },
  });
  const send = (): void =>
    void socket.write(
      `GET /studies/1.2/instances HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: application/dicom+json\r\n\r\n`,
      'latin1',
    );
  socket.once('connect', send);
}
for (let i = 0; i < Number(connections); i++) ask();
