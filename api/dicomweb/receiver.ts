// Where a gateway under test stores over the web: a STOW-RS endpoint, declared at init, hosted elsewhere.
import { receiver } from '../dicom/declare.ts';
import { Receiver } from '../dicom/delivery/receiver.ts';
import type { ReceiverOptions } from '../dicom/types.ts';
import type { Vu } from '../sandbox/vu.ts';
import type { WebReceiverOptions } from './types.ts';

/**
 * A listening STOW-RS endpoint (PS3.18 §10.5) that accounts for what arrives, as a receiver of DIMSE
 * does: `dicom.peer({ deliversTo: web.receiver({}) })` proves a gateway.
 */
export class WebReceiver extends Receiver {
  readonly #scheme: string;
  readonly #path: string;

  constructor(vu: Vu, base: Receiver, at: { readonly tls: boolean; readonly path: string }) {
    super(vu, base.id, base.aet);
    this.#scheme = at.tls ? 'https' : 'http';
    this.#path = at.path;
  }

  /** Root of its service, `http://127.0.0.1:port/dicom-web`; known from `setup` on. */
  get url(): string {
    return `${this.#scheme}://${this.host}:${this.port}${this.#path}`;
  }
}

const NAME = 'STOW-RS';
const PATH = '/dicom-web';

/** @throws ScriptError outside of init code, and for options that nobody knows */
export function webReceiver(vu: Vu, options: WebReceiverOptions = {}): WebReceiver {
  const { name = NAME, path = PATH, ...rest } = options;
  const root = path.replace(/\/+$/, '');
  const spec = { ...rest, aet: name, web: { path: root } };
  const base = receiver(vu, spec as unknown as ReceiverOptions);
  return new WebReceiver(vu, base, { tls: options.tls !== undefined, path: root });
}
