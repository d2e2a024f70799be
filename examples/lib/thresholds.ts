// What must hold whatever is measured: a script that cannot fail proves nothing.

/** No check fails, no iteration throws, no association is refused or breaks down, no request fails. */
export const nothingFails = {
  checks: ['rate==1'],
  iteration_failed: ['rate==0'],
  dicom_assoc_failed: ['rate==0'],
  dicom_req_failed: ['rate==0'],
};

/** The same for a script that only associates, and requests nothing. */
export const nothingFailsUnasked = {
  checks: nothingFails.checks,
  iteration_failed: nothingFails.iteration_failed,
  dicom_assoc_failed: nothingFails.dicom_assoc_failed,
};

/** The same for a script that opens no association. */
export const nothingFailsOffline = {
  checks: nothingFails.checks,
  iteration_failed: nothingFails.iteration_failed,
};

/** The same over the web: no request fails, and a store of which an instance is refused has failed. */
export const nothingFailsOverWeb = {
  ...nothingFailsOffline,
  http_req_failed: ['rate==0'],
};

/** As many failures as the seeds allow, of every kind there is. */
export const fewFail = (limit: string) => ({
  checks: [`rate>=${1 - Number(limit)}`],
  iteration_failed: [`rate<=${limit}`],
  dicom_assoc_failed: [`rate<=${limit}`],
  dicom_req_failed: [`rate<=${limit}`],
});

/** Everything that was accepted arrives: once, and nowhere else. */
export const arrivesOnce = {
  dicom_delivery_missing: ['count==0'],
  dicom_delivery_duplicated: ['count==0'],
  dicom_delivery_unexpected: ['count==0'],
};

/** The same, and with the pixels that were sent. */
export const arrivesUnchanged = { ...arrivesOnce, dicom_delivery_corrupted: ['count==0'] };
