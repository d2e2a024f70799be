// What can fail in a run: the rates of which a one is a failure, each with its noun.

/** What is asked of a peer; in the order in which one needs the other. */
export const ATTEMPTS = [
  { metric: 'dicom_assoc_failed', what: 'association', did: 'failed' },
  { metric: 'dicom_req_failed', what: 'request', did: 'failed' },
  { metric: 'http_req_failed', what: 'web request', did: 'failed' },
] as const;

/** All that can fail, as it is said; of `checks` a one is what held. */
export const FAILURES = [
  { metric: 'checks', what: 'check', did: 'failed' },
  { metric: 'iteration_failed', what: 'iteration', did: 'threw an exception' },
  ...ATTEMPTS,
] as const;
