// What a status means, in the standard's words (PS3.7 Annex C), and what to try about it. Where a
// service says it otherwise, or the remedy differs (PS3.4 Annexes B, C, F, J), that goes first:
// services.ts has which table is whose.
/** What it means; what to try, null where there is nothing to do. */
export type StatusWords = readonly [means: string, hint: string | null];
export type StatusTable = ReadonlyMap<number, StatusWords>;

const LOG = 'its log at this time, and its error comment, say more';

/** Statuses that mean the same whatever the service (PS3.7 Annex C). */
export const STATUS_WORDS: StatusTable = new Map<number, StatusWords>([
  [0x0000, ['success', null]],
  [
    0x0105,
    [
      'no such attribute',
      'the peer does not have that attribute: leave it out; see its conformance',
    ],
  ],
  [
    0x0106,
    [
      'invalid attribute value',
      'the peer refuses the value of an attribute: its log names it, `dicomrun dump` shows it',
    ],
  ],
  [
    0x0107,
    [
      'attribute list error',
      'the peer left out attributes that it does not know, and took the rest',
    ],
  ],
  [
    0x0110,
    [
      'processing failure',
      "look into the peer's log at this time; often a full disk or its database",
    ],
  ],
  [
    0x0111,
    ['duplicate SOP instance', 'the instance is there already: send fresh ones, without asIs()'],
  ],
  [
    0x0112,
    ['no such SOP instance', 'the peer does not know that instance: create or store it first'],
  ],
  [0x0113, ['no such event type', 'the peer does not know that event type of this SOP class']],
  [0x0114, ['no such argument', `the peer does not know an argument of the request; ${LOG}`]],
  [0x0115, ['invalid argument value', `the peer refuses an argument of the request; ${LOG}`]],
  [
    0x0116,
    [
      'attribute value out of range',
      'the peer took the nearest value that it allows: compare what it returned',
    ],
  ],
  [0x0117, ['invalid object instance', 'the SOP Instance UID is malformed']],
  [0x0118, ['no such SOP class', 'the peer does not support that SOP class']],
  [0x0119, ['class-instance conflict', 'the SOP Instance UID belongs to another SOP class there']],
  [0x0120, ['missing attribute', "give the attribute that the peer's error comment names"]],
  [
    0x0121,
    [
      'missing attribute value',
      'an attribute is empty that needs a value; the error comment names it',
    ],
  ],
  [0x0122, ['SOP class not supported', 'the peer does not support that SOP class']],
  [0x0123, ['no such action', 'the peer does not know that action of this SOP class']],
  [
    0x0124,
    ['not authorized', 'the peer does not allow this to our AE title, or without user identity'],
  ],
  [0x0210, ['duplicate invocation', 'a message ID was used twice at a time']],
  [0x0211, ['unrecognized operation', 'the peer does not know that operation on this SOP class']],
  [0x0212, ['mistyped argument', 'an argument has another type than the SOP class says']],
  [0x0213, ['resource limitation', 'the peer is at its limit: fewer VUs, or a slower pace']],
  [
    0xa700,
    [
      'out of resources',
      'the peer is out of resources: its disk, its database, or too much at a time',
    ],
  ],
  [
    0xa900,
    [
      'data set does not match SOP class',
      'the data set is not what its SOP class says: `dicomrun dump` shows it',
    ],
  ],
  [0xc000, ['cannot understand, or unable to process', LOG]],
  [0xfe00, ['cancelled', 'cancelled, by the script or by --limit']],
  [0xff00, ['pending', null]],
  [0xff01, ['pending, optional keys not supported', null]],
]);

/** Storage (PS3.4 Table B.2-1). */
export const STORE_WORDS: StatusTable = new Map<number, StatusWords>([
  [
    0xb000,
    [
      'coercion of data elements',
      "the peer changed elements on arrival: its log, or the receiver's differences",
    ],
  ],
  [
    0xb006,
    ['elements discarded', 'the peer keeps only part of the data set, often no private elements'],
  ],
  [
    0xb007,
    [
      'data set does not match SOP class (warning)',
      'stored, although the data set is not what its SOP class says: `dicomrun dump` shows it',
    ],
  ],
  [
    0xc000,
    [
      'cannot understand',
      'the peer cannot parse the data set: `dicomrun dump` it; look into its log',
    ],
  ],
]);

/** Query (PS3.4 Table C.4-1), worklist (Table K.4-1). */
export const FIND_WORDS: StatusTable = new Map<number, StatusWords>([
  [
    0xa700,
    ['out of resources', 'too many matches, or queries at a time: more specific keys, fewer VUs'],
  ],
  [
    0xa900,
    [
      'identifier does not match SOP class',
      'the keys do not fit model and level: the unique keys of every level above belong to it',
    ],
  ],
  [
    0xc000,
    ['unable to process', `often a key that the peer cannot match, or its database; ${LOG}`],
  ],
  [
    0xfe00,
    ['matching terminated by C-CANCEL', 'cancelled, by `cancelAfter` of the script or by --limit'],
  ],
]);

/** Retrieval (PS3.4 Tables C.4-2 and C.4-3), parts of instances (Annex Y). */
const RETRIEVE: readonly (readonly [number, StatusWords])[] = [
  [
    0xa701,
    [
      'out of resources: unable to calculate number of matches',
      'it asks for too much at once: name the study by its UID, or series by series',
    ],
  ],
  [
    0xa900,
    [
      'identifier does not match SOP class',
      'the keys do not fit the level: name the unique keys down to it, and nothing else',
    ],
  ],
  [
    0xaa00,
    ['none of the frames requested were found', 'ask for frames that the instance has, from 1'],
  ],
  [0xaa01, ['unable to create new object for this SOP class', LOG]],
  [0xaa02, ['unable to extract frames', LOG]],
  [
    0xaa03,
    ['time-based request for a non-time-based instance', 'ask for frames by number instead'],
  ],
  [0xaa04, ['invalid request', LOG]],
  [
    0xc000,
    ['unable to process', `does the study exist there? \`dicomrun find study UID\`; ${LOG}`],
  ],
  [0xfe00, ['sub-operations terminated by C-CANCEL', 'cancelled by the script']],
];

export const MOVE_WORDS: StatusTable = new Map<number, StatusWords>([
  ...RETRIEVE,
  [
    0xa702,
    [
      'out of resources: unable to perform sub-operations',
      'the peer cannot reach the destination: does it run, and at the address that the peer has?',
    ],
  ],
  [
    0xa801,
    [
      'move destination unknown',
      'register the destination AE title, with its address, at the peer',
    ],
  ],
  [
    0xb000,
    [
      'sub-operations complete, one or more failures or warnings',
      'the destination refused some of them: its log; does it take these SOP classes?',
    ],
  ],
]);

export const GET_WORDS: StatusTable = new Map<number, StatusWords>([
  ...RETRIEVE,
  [
    0xa702,
    [
      'out of resources: unable to perform sub-operations',
      'the peer may not send us these: name their SOP classes in `for`, as they are stored there',
    ],
  ],
  [
    0xb000,
    [
      'sub-operations complete, one or more failures or warnings',
      'some could not be sent to us: name their SOP classes and syntaxes in `for`',
    ],
  ],
]);

/** Modality Performed Procedure Step (PS3.4 Tables F.7-2 and F.8-2), and others that are created. */
export const CREATE_WORDS: StatusTable = new Map<number, StatusWords>([
  [
    0x0111,
    ['duplicate SOP instance', 'an instance of that UID was created before: take a new UID'],
  ],
]);

export const SET_WORDS: StatusTable = new Map<number, StatusWords>([
  [
    0x0110,
    [
      'processing failure: the object may no longer be updated',
      'is the procedure step COMPLETED or DISCONTINUED already? then nothing can be set any more',
    ],
  ],
  [0x0112, ['no such SOP instance', 'N-CREATE it first, under the same SOP Instance UID']],
]);

/** Storage Commitment (PS3.4 §J.3.2) is the action that scripts ask for. */
export const ACTION_WORDS: StatusTable = new Map<number, StatusWords>([
  [
    0x0112,
    [
      'no such SOP instance',
      'is storage commitment on at the peer? its instance has the UID 1.2.840.10008.1.20.1.1',
    ],
  ],
  [
    0x0123,
    ['no such action', 'storage commitment has one action type, 1; see the conformance statement'],
  ],
]);
