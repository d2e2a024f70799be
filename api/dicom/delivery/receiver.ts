// Where the system under test delivers: a listening acceptor, declared at init, hosted elsewhere.
import { MEMBERS_PER_SERIES } from '../../abi.ts';
import { Op } from '../../bridge.ts';
import { ask, callJson } from '../../sandbox/calls.ts';
import { badArgument } from '../../sandbox/errors.ts';
import { shared } from '../../sandbox/shared.ts';
import type { Vu } from '../../sandbox/vu.ts';
import { Dataset, Study } from '../data.ts';
import { milliseconds } from '../../sandbox/duration.ts';
import { uidEdit } from '../edit-keys.ts';
import type { Delivery, ExpectOptions, StoreResult } from '../types.ts';

/** Duplicates mostly follow at once; a check that nothing came twice has to wait for them. */
const QUIET_MS = 250;

/** A listening acceptor that accounts for what arrives. See `dicomrun help delivery`. */
export class Receiver {
  readonly #vu: Vu;
  /** @internal Declaration number. */
  readonly id: number;
  /** First AE title it answers to. */
  readonly aet: string;

  constructor(vu: Vu, id: number, aet: string) {
    this.#vu = vu;
    this.id = id;
    this.aet = aet;
  }

  /** Port it listens on; known from `setup` on. */
  get port(): number {
    return (
      ask(this.#vu, Op.ASK, JSON.stringify({ ask: 'receiver', id: this.id })) as { port: number }
    ).port;
  }
  /** Address it listens on; known from `setup` on. */
  get host(): string {
    return (
      ask(this.#vu, Op.ASK, JSON.stringify({ ask: 'receiver', id: this.id })) as { host: string }
    ).host;
  }

  /**
   * Waits until everything of it that was accepted has arrived, or the timeout, and tells how it
   * arrived. Counts are of that moment; the account of the run goes on.
   */
  async expect(
    what: Study | Dataset | StoreResult,
    options: ExpectOptions = {},
  ): Promise<Delivery> {
    const item = what instanceof Study || what instanceof Dataset ? what : what?.instance;
    if (item === undefined)
      throw badArgument('expect(): needs a study, an instance or the result of a store');
    const delivery = await callJson(this.#vu, {
      op: 'expect',
      receiver: this.id,
      ...(item instanceof Study ? studyKey(item) : instanceKey(item)),
      accepted: item.accepted,
      timeoutMs: milliseconds(options.timeout, 'expect: timeout') ?? 30_000,
      quietMs: milliseconds(options.quiet, 'expect: quiet') ?? QUIET_MS,
      tags: options.tags === undefined ? undefined : patterns(options.tags),
    });
    const { error } = delivery as { error?: string };
    if (error !== undefined) throw badArgument(`expect(): ${error}`);
    return delivery as Delivery;
  }

  toJSON(): unknown {
    return { receiver: this.aet };
  }
}

/** The account knows a fresh instance by the numbers in its SOP Instance UID, whatever its study. */
function studyKey(study: Study): object {
  const isOwn = uidEdit(study.edits, 'SOPInstanceUID') === null;
  return { study: isOwn ? shared.boot.studies.first + study.number : study.uid };
}

function instanceKey(image: Dataset): object {
  const isOwn = uidEdit(image.edits, 'SOPInstanceUID') === null;
  if (isOwn && image.study + image.series > 0) {
    const study = shared.boot.studies.first + image.study;
    return { study, member: image.series * MEMBERS_PER_SERIES + image.instance };
  }
  return { study: image.studyUid, member: image.uid };
}

/** Regular expressions cross the bridge as data. */
function patterns(tags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tags).map(([keyword, expected]) => {
      if (expected === undefined) {
        throw new TypeError(
          `expect(): tags.${keyword} is undefined, so nothing would be judged; null = absent`,
        );
      }
      const isPattern = expected instanceof RegExp;
      return [keyword, isPattern ? { re: expected.source, flags: expected.flags } : expected];
    }),
  );
}
