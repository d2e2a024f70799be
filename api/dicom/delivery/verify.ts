// Verification by query: does the study become visible, where and when?
import { callJson } from '../../sandbox/calls.ts';
import { badArgument } from '../../sandbox/errors.ts';
import type { Vu } from '../../sandbox/vu.ts';
import { Study } from '../data.ts';
import { milliseconds } from '../../sandbox/duration.ts';
import { Peer } from '../peer.ts';
import type { VerifyOptions, Visibility } from '../types.ts';

/** `dicom.verify` */
export interface Verify {
  /**
   * Polls with C-FIND (PS3.4 §C.4.1) until the study is there: STUDY level by Study Root, then Patient Root,
   * then PATIENT. Resolves after `timeout` (60 s) at the latest: what is not there is a value.
   */
  study(uid: string | Study, options?: VerifyOptions): Promise<Visibility>;
}

/** Keys of a query that is made later, where a throw is nobody's. */
function mustBeText(value: unknown, what: string, example: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw badArgument(`verify.study(): ${what} must be a text that is not empty`, `e.g. ${example}`);
}

export function verifyFor(vu: Vu): Verify {
  return {
    async study(uid, options = {}) {
      const on = options.on instanceof Peer ? options.on : new Peer(vu, { use: 'verify' });
      const patientId =
        options.patientId ?? (uid instanceof Study ? uid.get('PatientID') : undefined);
      return (await callJson(vu, {
        op: 'verify',
        uid: mustBeText(uid instanceof Study ? uid.uid : uid, 'the study', "study('1.2.3')"),
        ...(patientId === undefined
          ? {}
          : { patientId: mustBeText(patientId, 'patientId', "'7'") }),
        peer: on.describe(),
        initialDelayMs: milliseconds(options.initialDelay, 'verify: initialDelay'),
        intervalMs: milliseconds(options.interval, 'verify: interval'),
        timeoutMs: milliseconds(options.timeout, 'verify: timeout'),
        instances: options.instances,
        absent: options.absent,
      })) as Visibility;
    },
  };
}
