// The least that takes STOW-RS: reads into one buffer, keeps nothing, and answers that the first instance of
// a request was stored. Its cost is none of the client's. Prints its port.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { readShared } from '../dicom/ul/socket/shared-read.ts';

/** Tag and VR of (0002,0002) and (0002,0003), explicit little endian. */
const CLASS = Buffer.from([2, 0, 2, 0, 0x55, 0x49]);
const INSTANCE = Buffer.from([2, 0, 3, 0, 0x55, 0x49]);

function uidAt(bytes: Buffer, element: Buffer): string {
  const at = bytes.indexOf(element) + element.length;
  return bytes.toString('latin1', at + 2, at + 2 + bytes.readUInt16LE(at)).replace(/\0$/, '');
}

/** What is said of the instance whose request begins with these bytes. */
function answerTo(bytes: Buffer): string {
  const text = (uid: string) => ({ vr: 'UI', Value: [uid] });
  const item = {
    '00081150': text(uidAt(bytes, CLASS)),
    '00081155': text(uidAt(bytes, INSTANCE)),
  };
  const body = JSON.stringify({ '00081199': { vr: 'SQ', Value: [item] } });
  const type = 'content-type: application/dicom+json';
  return `HTTP/1.1 200 OK\r\n${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  let left = 0;
  let answer = '';
  readShared(socket, (buffer, end) => {
    if (left === 0) {
      const begin = buffer.subarray(0, end);
      const body = begin.indexOf('\r\n\r\n') + 4;
      const [, length = '0'] =
        /content-length: (\d+)/i.exec(begin.toString('latin1', 0, body)) ?? [];
      left = body + Number(length);
      answer = answerTo(begin);
    }
    left -= end;
    if (left === 0) socket.write(answer, 'latin1');
    return true;
  });
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', () => console.log(String((server.address() as AddressInfo).port)));
process.on('SIGTERM', () => process.exit(0));
