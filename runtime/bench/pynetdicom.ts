// pynetdicom's client, where it is installed: `pip install pynetdicom`.
import { spawnSync } from 'node:child_process';

/** One association, window 1, without Nagle's algorithm: PORT FILE COUNT. */
const PROGRAM = `
import socket, sys
from pydicom import dcmread
from pynetdicom import AE
port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
dataset = dcmread(path)
entity = AE(ae_title='BENCH')
entity.add_requested_context(dataset.SOPClassUID, dataset.file_meta.TransferSyntaxUID)
association = entity.associate('127.0.0.1', port, ae_title='SINK', max_pdu=131072)
if not association.is_established:
    sys.exit('no association')
association.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
for _ in range(count):
    if association.send_c_store(dataset).Status != 0:
        sys.exit('not stored')
association.release()
`;

/** True when Python can import it. */
export function hasPynetdicom(): boolean {
  return spawnSync('python3', ['-c', 'import pynetdicom']).status === 0;
}

/** The command that stores one file `count` times. */
export function pynetdicomCommand(port: number, file: string, count: number): string[] {
  return ['python3', '-c', PROGRAM, String(port), file, String(count)];
}
