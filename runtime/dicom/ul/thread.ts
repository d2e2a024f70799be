// What all associations of a thread share: one timer wheel and one receive buffer. Both are the
// thread's because the event loop is: a socket's bytes are consumed before the next socket is read.
import { TimerWheel } from './timer-wheel.ts';

const RECEIVE_BYTES = 65_536;

export const wheel = new TimerWheel({
  now: () => performance.now(),
  after: (ms, call) => {
    setTimeout(call, ms).unref();
  },
});

/** Every socket of the thread reads into it: nothing in it outlives the read callback. */
export const receiveBuffer = Buffer.allocUnsafeSlow(RECEIVE_BYTES);
