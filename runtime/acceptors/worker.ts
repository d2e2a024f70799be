// The one Piscina task of an acceptor thread: it ends with `exit`.
import type { AcceptorTask, FromAcceptor, ToAcceptor } from '../threads.ts';
import { faultOf } from './fault.ts';
import { AcceptorThread } from './thread.ts';

/** Runs until main says `exit`. */
export default function acceptorTask({ port, acceptor, state }: AcceptorTask): Promise<void> {
  return new Promise((resolve) => {
    const post = (message: FromAcceptor, transfer: readonly ArrayBuffer[] = []): void =>
      port.postMessage(message, transfer);
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
