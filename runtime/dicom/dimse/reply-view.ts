// The one reply object of a thread: filled before each `Pending.onReply`.
import { readText, readUint16 } from './command.ts';
import type { Reply } from './pending.ts';

export class ReplyView implements Reply {
  status = 0;
  pending = false;
  messageId = 0;
  commandField = 0;
  contextId = 0;
  hasDataset = false;
  command: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;

  uint16(element: number): number {
    return readUint16(this.command, this.start, this.end, element);
  }

  text(element: number): string {
    return readText(this.command, this.start, this.end, element);
  }
}
