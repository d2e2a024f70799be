// Identity is numbers: every UID of a run follows from (run, study, series, instance), so a ledger
// is one range per study and no thread keeps a list of UIDs.
// The layout of a UID is UID_LAYOUT of api/abi.ts.
//
// Every worker of every process that shares a run has study numbers of its own, exact in a double:
// a range of the 10^13 there are, see studyRange.

import { MEMBERS_PER_SERIES, UID_LAYOUT } from '../../../api/abi.ts';

/** @internal Characters of every PatientID and AccessionNumber made here. */
export const ID_LENGTH = 16;

const { PREFIX, RUN: RUN_DIGITS } = UID_LAYOUT;
const STUDY_AT = PREFIX.length + RUN_DIGITS; // 21
const SERIES_AT = STUDY_AT + UID_LAYOUT.STUDY;
const INSTANCE_AT = SERIES_AT + UID_LAYOUT.SERIES;
/** Characters of every UID made here; even, so a value needs no padding. */
export const UID_LENGTH = INSTANCE_AT + UID_LAYOUT.INSTANCE;
const STUDIES = 1e13;
/** Workers of a run that is no part of a larger one. */
const MOST_WORKERS = 1000;
/** Numbers that one worker can give out: what a packed register of a store holds. */
const MOST_STUDIES = 2 ** 32;
/** Instance part of a frame of reference UID. */
const FRAME_OF_REFERENCE = 999_999;

/** Which instance: its study number, and series * 2^20 + instance (both from 1). */
export interface Identity {
  readonly study: number;
  readonly member: number;
  /** Study number that gives the PatientID, when several studies share a patient. */
  readonly patient?: number;
}

const DIGITS = fourDigits();

function fourDigits(): Uint8Array {
  const table = new Uint8Array(40_000);
  for (let value = 0; value < 10_000; value++) {
    table[value * 4] = 48 + Math.floor(value / 1000);
    table[value * 4 + 1] = 48 + (Math.floor(value / 100) % 10);
    table[value * 4 + 2] = 48 + (Math.floor(value / 10) % 10);
    table[value * 4 + 3] = 48 + (value % 10);
  }
  return table;
}

/** Study numbers of one worker: `first`, and how many from there on. */
export interface StudyRange {
  readonly first: number;
  readonly count: number;
}

/**
 * The study numbers of the `index`-th of so many workers, over all processes that share a run. Of
 * 64,000 workers each has 156 million.
 */
export function studyRange(index: number, workers = MOST_WORKERS): StudyRange {
  const count = Math.floor(STUDIES / workers);
  return { first: index * count, count: Math.min(count, MOST_STUDIES) };
}

/** @internal The nth study (from 0) of a worker (0..999) of a run of one process. */
export function studyNumber(worker: number, n: number): number {
  return studyRange(worker).first + n;
}

/** The number of an instance in its study; series 1..9999, instance 1..999998. */
export function memberNumber(series: number, instance: number): number {
  return series * MEMBERS_PER_SERIES + instance;
}

/** Series part of a member number. */
export function seriesOf(member: number): number {
  return Math.floor(member / MEMBERS_PER_SERIES);
}

/** Instance part of a member number. */
export function instanceOf(member: number): number {
  return member % MEMBERS_PER_SERIES;
}

/**
 * A run number from a clock (ms since the epoch) and a salt: 13 digits of time, 2 of salt.
 * It makes the UIDs of two runs differ.
 */
export function runNumber(nowMs: number, salt: number): string {
  const time = String(Math.floor(nowMs) % 1e13).padStart(13, '0');
  return time + String(Math.floor(salt) % 100).padStart(2, '0');
}

/** Everything of a UID that stays the same in a run: 21 characters. */
export function uidPrefix(run: string): string {
  if (!/^\d{15}$/.test(run)) throw new RangeError(`run number: must be 15 digits, got "${run}"`);
  return PREFIX + run;
}

function uid(run: string, study: number, series: number, instance: number): string {
  const digits = pad(study, 13) + pad(series, 4) + pad(instance, 6);
  return uidPrefix(run) + digits;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** Study Instance UID. */
export function studyUid(run: string, study: number): string {
  return uid(run, study, 0, 0);
}

/** Series Instance UID; series from 1. */
export function seriesUid(run: string, study: number, series: number): string {
  return uid(run, study, series, 0);
}

/** SOP Instance UID. */
export function sopUid(run: string, study: number, member: number): string {
  return uid(run, study, seriesOf(member), instanceOf(member));
}

/** Frame of Reference UID of a series. */
export function frameOfReferenceUid(run: string, study: number, series: number): string {
  return uid(run, study, series, FRAME_OF_REFERENCE);
}

/** Two characters that make the IDs of different runs differ (most of the time). */
function runMark(run: string): string {
  return (Number(run.slice(-9)) % 1296).toString(36).toUpperCase().padStart(2, '0');
}

/** Patient ID: 'P', two characters of the run, 13 digits. */
export function patientId(run: string, study: number): string {
  return `P${runMark(run)}${pad(study, 13)}`;
}

/** Accession Number: 'A', two characters of the run, 13 digits. */
export function accessionNumber(run: string, study: number): string {
  return `A${runMark(run)}${pad(study, 13)}`;
}

function put4(target: Uint8Array, at: number, value: number): void {
  const from = value * 4;
  target[at] = DIGITS[from] ?? 48;
  target[at + 1] = DIGITS[from + 1] ?? 48;
  target[at + 2] = DIGITS[from + 2] ?? 48;
  target[at + 3] = DIGITS[from + 3] ?? 48;
}

/** Writes the 13 digits of a study number. */
export function putStudy(target: Uint8Array, at: number, study: number): void {
  const high = Math.floor(study / 1e8); // 5 digits
  const low = study - high * 1e8; // 8 digits
  const top = Math.floor(high / 1e4);
  const middle = Math.floor(low / 1e4);
  target[at] = 48 + top;
  put4(target, at + 1, high - top * 1e4);
  put4(target, at + 5, middle);
  put4(target, at + 9, low - middle * 1e4);
}

/** Writes 6 digits. */
export function putSix(target: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 1e4);
  target[at] = 48 + Math.floor(high / 10);
  target[at + 1] = 48 + (high % 10);
  put4(target, at + 2, value - high * 1e4);
}

/**
 * Writes study, series and instance of a UID whose prefix is already there.
 *
 * @param at where the UID starts
 */
export function putUid(target: Uint8Array, at: number, study: number, member: number): void {
  const series = Math.floor(member / MEMBERS_PER_SERIES);
  putStudy(target, at + STUDY_AT, study);
  put4(target, at + SERIES_AT, series);
  putSix(target, at + INSTANCE_AT, member - series * MEMBERS_PER_SERIES);
}

/** Writes the 13 digits of an ID (Patient ID, Accession Number) whose prefix is already there. */
export function putId(target: Uint8Array, at: number, study: number): void {
  putStudy(target, at + 3, study);
}

/** Member number that makes {@link putUid} write a frame of reference UID. */
export function frameOfReferenceMember(member: number): number {
  return seriesOf(member) * MEMBERS_PER_SERIES + FRAME_OF_REFERENCE;
}

/** Member number that makes {@link putUid} write the series UID. */
export function seriesMember(member: number): number {
  return seriesOf(member) * MEMBERS_PER_SERIES;
}

/**
 * The numbers of a UID of this run, null for any other UID. Trailing NUL or space padding is
 * ignored.
 */
export function parseUid(
  run: string,
  value: string | Uint8Array,
): { study: number; member: number } | null {
  return typeof value === 'string'
    ? parseUidBytes(run, Buffer.from(value, 'latin1'))
    : parseUidBytes(run, value);
}

function parseUidBytes(run: string, bytes: Uint8Array): { study: number; member: number } | null {
  let length = bytes.length;
  while (length > 0 && (bytes[length - 1] === 0 || bytes[length - 1] === 0x20)) length--;
  if (length !== UID_LENGTH) return null;
  for (let i = 0; i < PREFIX.length; i++) {
    if (bytes[i] !== PREFIX.charCodeAt(i)) return null;
  }
  for (let i = 0; i < RUN_DIGITS; i++) {
    if (bytes[PREFIX.length + i] !== run.charCodeAt(i)) return null;
  }
  const study = digits(bytes, STUDY_AT, 13);
  const series = digits(bytes, SERIES_AT, 4);
  const instance = digits(bytes, INSTANCE_AT, 6);
  if (study < 0 || series < 0 || instance < 0) return null;
  return { study, member: series * MEMBERS_PER_SERIES + instance };
}

function digits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = (bytes[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
