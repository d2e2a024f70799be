// The acceptor: many associations, many AE titles on one port.
import type { ListenOptions, Listening } from './acceptor-types.ts';

/**
 * Listens for associations.
 * @throws DicomError (rejection) `TCP_EADDRINUSE`, `TCP_EACCES`, … when the port cannot be had.
 */
export declare function listen(options: ListenOptions): Promise<Listening>;
