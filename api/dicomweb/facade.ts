// The `dicomweb` module for one VU: every member is a property of the default export and a named export.
import type { Vu } from '../sandbox/vu.ts';
import { HttpError, WebError, WebTimeoutError, WebTransportError } from './errors.ts';
import { webReceiver, type WebReceiver } from './receiver.ts';
import { Server } from './server.ts';
import type * as T from './types.ts';

/** The members of the `dicomweb` module. */
export interface Web {
  /** Whom to talk to; `{}` means the configured web target (`--web-target`, DICOMRUN_WEB_URL). */
  server(options?: T.ServerOptions): Server;
  /** A STOW-RS endpoint, where the gateway under test stores. Init code only. */
  receiver(options?: T.WebReceiverOptions): WebReceiver;
  /** What made an answer impossible: `code`, `message`, `hint`. The base of those below. */
  readonly WebError: typeof WebError;
  /** Something came that is no answer of the service; `status` where there was one. */
  readonly HttpError: typeof HttpError;
  /** Name resolution, TCP or TLS failed, or the connection was lost; `code` says which. */
  readonly TransportError: typeof WebTransportError;
  /** Nothing came in time; `phase` says what was waited for. */
  readonly TimeoutError: typeof WebTimeoutError;
}

/** One VU's `dicomweb`. */
export function webFor(vu: Vu): Web & { default?: Web } {
  const web: Web & { default?: Web } = {
    WebError,
    HttpError,
    TransportError: WebTransportError,
    TimeoutError: WebTimeoutError,
    server: (options) => new Server(vu, options),
    receiver: (options) => webReceiver(vu, options),
  };
  Object.defineProperty(web, '__esModule', { value: true });
  Object.defineProperty(web, 'default', { value: web });
  return web;
}
