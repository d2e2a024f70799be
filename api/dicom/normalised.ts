// The DIMSE-N requests, for whoever can send one.
import type * as T from './types.ts';

/**
 * Normalised services (PS3.7 §10). `sopClass` and `sopInstance` are UIDs, or names such as `'MPPS'`;
 * attributes are by keyword or tag. Each resolves with the peer's answer: a failure is a status, not an
 * exception. Statuses are those of PS3.7 Annex C, such as 0x0000, 0x0106 invalid attribute value, 0x0112 no
 * such SOP instance, 0x0118 no such SOP class, 0x0110 processing failure, 0x0107 attribute list error (a
 * warning). Throws where there is no answer, or no presentation context takes the SOP class.
 */
export abstract class Normalised<Options extends T.CallOptions> {
  /**
   * N-CREATE (PS3.7 §10.1.5). Without an instance UID the peer chooses it: `sopInstance` of the answer.
   * 0x0111: there is such an instance already.
   */
  async create(
    sopClass: string,
    sopInstance: string | null,
    attributes: T.Match,
    options?: Options,
  ): Promise<T.NormalisedResponse> {
    return await this.normalised('create', { sopClass, sopInstance, attributes }, options);
  }
  /** N-SET (PS3.7 §10.1.3): these attributes, the others stay. */
  async set(
    sopClass: string,
    sopInstance: string,
    attributes: T.Match,
    options?: Options,
  ): Promise<T.NormalisedResponse> {
    return await this.normalised('set', { sopClass, sopInstance, attributes }, options);
  }
  /** N-GET (PS3.7 §10.1.2) of these keywords, of all without any. C-GET is `get`. */
  async getAttributes(
    sopClass: string,
    sopInstance: string,
    keywords: readonly string[] = [],
    options?: Options,
  ): Promise<T.NormalisedResponse> {
    return await this.normalised('nget', { sopClass, sopInstance, keywords }, options);
  }
  /** N-ACTION (PS3.7 §10.1.4); `type` is the action type ID (default 1). 0x0123: no such action. */
  async action(
    sopClass: string,
    sopInstance: string,
    attributes: T.Match,
    options?: Options & { type?: number },
  ): Promise<T.NormalisedResponse> {
    return await this.normalised('action', { sopClass, sopInstance, attributes }, options);
  }
  /** N-EVENT-REPORT (PS3.7 §10.1.1); `type` is the event type ID (default 1). 0x0113: no such event. */
  async event(
    sopClass: string,
    sopInstance: string,
    attributes: T.Match,
    options?: Options & { type?: number },
  ): Promise<T.NormalisedResponse> {
    return await this.normalised('event', { sopClass, sopInstance, attributes }, options);
  }
  /** N-DELETE (PS3.7 §10.1.6). 0x0112: there is no such instance. */
  async delete(
    sopClass: string,
    sopInstance: string,
    options?: Options,
  ): Promise<T.NormalisedResponse> {
    return await this.normalised('delete', { sopClass, sopInstance }, options);
  }

  /** @internal Sends one. */
  protected abstract normalised(
    op: string,
    request: object,
    options?: Options & { type?: number },
  ): Promise<T.NormalisedResponse>;
}
