// What a peer may make us hold: as many bytes as it sends, however small the pieces, up to a limit.
import { describe, expect, it } from 'vitest';
import { Collected, Room } from '../collected.ts';
import { encodeCommand } from './command.ts';
import { CommandField, Element } from './elements.ts';
import { Inbox, type InboxUser } from './inbox.ts';
import { Outstanding } from './outstanding.ts';
import type { Reply } from './pending.ts';

const MEGABYTE = 2 ** 20;
const CONTEXT = 1;

interface Heard {
  readonly requests: (Buffer | null)[];
  readonly errors: string[];
  noRoom: number;
}

function inbox(more: Partial<InboxUser>): { box: Inbox; heard: Heard } {
  const heard: Heard = { requests: [], errors: [], noRoom: 0 };
  const user: InboxUser = {
    waiting: new Outstanding(),
    chunkAt: 1,
    room: null,
    accepts: () => true,
    collects: () => true,
    onNoRoom: () => heard.noRoom++,
    onStore: () => undefined,
    onStoreData: () => undefined,
    onStoreEnd: () => 0,
    onRequest: (_request, dataset) => heard.requests.push(dataset),
    onCancel: () => undefined,
    reply: () => undefined,
    onAnswered: () => undefined,
    onProtocolError: (message) => heard.errors.push(message),
    ...more,
  };
  return { box: new Inbox(user), heard };
}

function find(box: Inbox): void {
  const command = encodeCommand({
    [Element.AFFECTED_SOP_CLASS]: '1.2.840.10008.5.1.4.1.2.2.1',
    [Element.COMMAND_FIELD]: CommandField.C_FIND_RQ,
    [Element.MESSAGE_ID]: 1,
    [Element.PRIORITY]: 0,
    [Element.DATA_SET_TYPE]: 1,
  });
  box.onPdv({ contextId: CONTEXT, control: 3, complete: true }, command, 0, command.length);
}

function pieces(box: Inbox, count: number, bytes: Buffer): void {
  const pdv = { contextId: CONTEXT, control: 0, complete: true };
  for (let i = 0; i < count; i++) box.onPdv(pdv, bytes, 0, bytes.length);
}

function end(box: Inbox): void {
  box.onPdv({ contextId: CONTEXT, control: 2, complete: true }, Buffer.alloc(0), 0, 0);
}

function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('data sets of requests', () => {
  it('in pieces of one byte are held as bytes', () => {
    const { box, heard } = inbox({});
    const before = held();
    find(box);
    pieces(box, MEGABYTE, Buffer.from('A'));
    // A buffer for each piece would be over 100 MB here.
    expect(held() - before).toBeLessThan(40 * MEGABYTE);
    end(box);
    expect(heard.requests[0]?.equals(Buffer.alloc(MEGABYTE, 'A'))).toBe(true);
  });

  it('that nobody wants are not held at all', () => {
    const { box, heard } = inbox({ collects: () => false });
    const before = held();
    find(box);
    pieces(box, 60, Buffer.alloc(MEGABYTE));
    expect(held() - before).toBeLessThan(20 * MEGABYTE);
    end(box);
    expect(heard).toMatchObject({ requests: [null], errors: [] });
  });

  it('have a limit each, wanted or not', () => {
    for (const wanted of [true, false]) {
      const { box, heard } = inbox({ collects: () => wanted });
      find(box);
      pieces(box, 65, Buffer.alloc(MEGABYTE));
      expect(heard.errors[0]).toContain('over 67108864 bytes');
      box.clear();
    }
  });

  it('share a room, and are refused when it is full', () => {
    const room = new Room(3 * MEGABYTE);
    const [one, two] = [inbox({ room }), inbox({ room })];
    find(one.box);
    find(two.box);
    pieces(one.box, 2, Buffer.alloc(MEGABYTE));
    pieces(two.box, 2, Buffer.alloc(MEGABYTE));
    end(two.box);
    expect(two.heard).toMatchObject({ noRoom: 1, requests: [], errors: [] });
    one.box.clear();
    expect(room.used).toBe(0);
    find(two.box);
    pieces(two.box, 2, Buffer.alloc(MEGABYTE));
    end(two.box);
    expect(two.heard.requests).toHaveLength(1);
    expect(room.used).toBe(0);
  });
});

describe('data sets of responses', () => {
  it('have the same limit', () => {
    const waiting = new Outstanding();
    const collected = new Collected();
    const replies: Reply[] = [];
    const { box, heard } = inbox({ waiting });
    const messageId = waiting.add({
      ...{ messageId: 0, contextId: CONTEXT, mayPend: true, commandField: CommandField.C_FIND_RQ },
      ...{ sendStart: 1, sendEnd: 1, firstByte: 0, lastByte: 0 },
      onData: (buffer, from, to) => void collected.add(buffer, from, to),
      onReply: (reply) => replies.push(reply),
      onFailure: () => undefined,
    });
    const command = encodeCommand({
      [Element.AFFECTED_SOP_CLASS]: '1.2.840.10008.5.1.4.1.2.2.1',
      [Element.COMMAND_FIELD]: CommandField.C_FIND_RQ | 0x8000,
      [Element.MESSAGE_ID_RESPONDED_TO]: messageId,
      [Element.DATA_SET_TYPE]: 1,
      [Element.STATUS]: 0xff00,
    });
    box.onPdv({ contextId: CONTEXT, control: 3, complete: true }, command, 0, command.length);
    pieces(box, 64, Buffer.alloc(MEGABYTE));
    expect([heard.errors, collected.length]).toEqual([[], 64 * MEGABYTE]);
    pieces(box, 1, Buffer.from('A'));
    expect(heard.errors[0]).toContain('over 67108864 bytes');
    expect(collected.length).toBe(64 * MEGABYTE);
  });
});
