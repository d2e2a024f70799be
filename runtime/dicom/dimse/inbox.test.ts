// A response must answer its request (PS3.7 §9.3); told with both values when it does not.
import { afterEach, describe, expect, it } from 'vitest';
import type { Failure } from '../errors.ts';
import { frameMessage } from '../ul/pdu/frame.ts';
import { encodePdu } from '../ul/pdu/pdu-codec.ts';
import {
  acceptBytes,
  type Call,
  closeServers,
  echo,
  opened,
  rawServer,
} from '../../tests/wire-fixture.ts';
import { type CommandValues, encodeCommand } from './command.ts';
import { Element } from './elements.ts';

const C_ECHO_RSP = 0x8030;
const RIGHT: CommandValues = {
  [Element.COMMAND_FIELD]: C_ECHO_RSP,
  [Element.MESSAGE_ID_RESPONDED_TO]: 1,
  [Element.DATA_SET_TYPE]: 0x0101,
  [Element.STATUS]: 0,
};

/** One C-ECHO on context 1, answered with these bytes. */
async function answered(bytes: Buffer): Promise<Call> {
  const port = await rawServer((socket, chunk) => {
    socket.write(chunk === 0 ? acceptBytes() : bytes);
  });
  const association = await opened(port, { timeouts: { responseMs: 5000 } });
  const call = await echo(association);
  association.destroy();
  return call;
}

const withCommand = (change: CommandValues, context = 1): Promise<Call> =>
  answered(frameMessage(context, 16384, encodeCommand({ ...RIGHT, ...change }), null));

const messageOf = (failure: Failure | null): string =>
  failure?.kind === 'protocol' ? failure.message : JSON.stringify(failure);

describe('a response', () => {
  afterEach(closeServers);

  it('is taken when it answers the request', async () => {
    expect((await withCommand({})).statuses).toEqual([0]);
  });

  it.each<[string, CommandValues, string]>([
    [
      'the message ID of nobody',
      { [Element.MESSAGE_ID_RESPONDED_TO]: 7 },
      'C-ECHO-RSP to message ID 7, which is not outstanding (outstanding: 1)',
    ],
    [
      'another command field',
      { [Element.COMMAND_FIELD]: 0x8001 },
      'C-STORE-RSP to message ID 1, which was a C-ECHO-RQ',
    ],
    [
      'no message ID',
      { [Element.MESSAGE_ID_RESPONDED_TO]: undefined },
      'C-ECHO-RSP without a Message ID Being Responded To (0000,0120)',
    ],
    [
      'no data set type',
      { [Element.DATA_SET_TYPE]: undefined },
      'C-ECHO-RSP without a Command Data Set Type (0000,0800)',
    ],
    ['no status', { [Element.STATUS]: undefined }, 'C-ECHO-RSP without a status (0000,0900)'],
  ])('with %s is a protocol error that says so', async (_, change, message) => {
    const call = await withCommand(change);
    expect(call.statuses).toEqual([]);
    expect(messageOf(call.failure)).toBe(message);
  });

  it('on another presentation context is one, too', async () => {
    const { failure } = await withCommand({}, 3);
    expect(messageOf(failure)).toBe(
      'C-ECHO-RSP to message ID 1 on presentation context 3, its request went out on 1',
    );
  });

  it('that is a release is one: the request is not answered', async () => {
    const { failure } = await answered(encodePdu({ kind: 'A-RELEASE-RQ' }));
    expect(failure).toMatchObject({ kind: 'protocol', code: 'PROTO_RELEASED' });
    expect(messageOf(failure)).toContain('C-ECHO-RQ (message ID 1)');
  });

  it('shows no bytes that the peer did not send', async () => {
    const { failure } = await answered(Buffer.from('090000000004', 'hex'));
    expect(failure).toMatchObject({ kind: 'protocol', window: '090000000004' });
  });
});
