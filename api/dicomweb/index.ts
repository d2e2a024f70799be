// What `import … from 'dicomweb'` means to the type checker. At run time the sandbox's facade stands here.
import type { Web } from './facade.ts';

declare const web: Web;
export default web;

export declare const server: Web['server'];
export declare const receiver: Web['receiver'];

export {
  HttpError,
  WebError,
  WebTimeoutError as TimeoutError,
  WebTransportError as TransportError,
} from './errors.ts';
export type { Server } from './server.ts';
export type { WebReceiver } from './receiver.ts';
export type * from './types.ts';
export type { Web };
