// The one Piscina task of an acceptor thread: it ends with `exit`.
import { threadId } from 'node:worker_threads';
import { WorkerSlot } from '../threads/state.ts';
import type { AcceptorTask, FromAcceptor, ToAcceptor } from '../threads/acceptor.ts';
import { faultOf } from './fault.ts';
import { AcceptorThread } from './thread.ts';

/** Runs until main says `exit`. */

export default function acceptorTask({ port, acceptor, state }: AcceptorTask): Promise<void> {
  return new Promise((resolve) => {
    const post = (message: FromAcceptor, transfer: readonly ArrayBuffer[] = []): void =>
      port.postMessage(message, transfer);
    Atomics.store(new Int32Array(state), WorkerSlot.THREAD, threadId);
    const thread = new AcceptorThread(post, state, acceptor);
    const failed = (phase: string) => (error: unknown) =>
      post({ kind: 'failed', phase, fault: faultOf(error) });
    port.on('message', (message: ToAcceptor) => {
      switch (message.kind) {
        case 'listen':
          thread.listen(message).catch(failed('listen'));
          return;
        case 'start':
          thread.start(message.t0);
          return;
        case 'worker':
          thread.attend(message.port);
          return;
        case 'settle':
          thread.settle(message.settleMs);
          return;
        case 'exit':
          thread
            .exit()
            .catch(failed('exit'))
            .finally(() => {
              port.close();
              resolve();
            });
          return;
      }
    });
  });
}
