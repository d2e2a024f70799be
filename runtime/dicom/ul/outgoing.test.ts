import { expect, it } from 'vitest';
import { storeCommand } from '../scu/store-command.ts';
import type { Trace } from '../trace.ts';
import { toOutgoing } from './pdu/frame.ts';
import { traceSent } from './outgoing.ts';

for (const maxPdu of [0, 16384, 128, 20, 8]) {
  it(`a trace is told the whole command set, maximum PDU ${maxPdu}`, () => {
    const { bytes: command } = storeCommand('1.2.840.10008.5.1.4.1.1.7', '2.25.1234567890');
    const message = toOutgoing(3, maxPdu, command, Buffer.alloc(64, 1));
    let told = Buffer.alloc(0);
    const trace: Trace = {
      pdu: () => undefined,
      ended: () => undefined,
      message: (direction, sent, bytes) => {
        expect([direction, bytes]).toEqual(['sent', message.head.length]);
        told = Buffer.from(sent);
      },
    };
    traceSent(trace, message);
    expect(told.equals(command)).toBe(true);
  });
}
