// The two protocols that requests are counted in: a service belongs to one of them, and every table
// of operations shows both.

/** Names of the metrics of one protocol's requests. */
export interface RequestFamily {
  readonly reqs: string;
  readonly failed: string;
  readonly duration: string;
}

const DIMSE: RequestFamily = {
  reqs: 'dicom_reqs',
  failed: 'dicom_req_failed',
  duration: 'dicom_req_duration',
};
const WEB: RequestFamily = {
  reqs: 'http_reqs',
  failed: 'http_req_failed',
  duration: 'http_req_duration',
};

export const FAMILIES: readonly RequestFamily[] = [DIMSE, WEB];

/** The family a metric is of, by the given part of it. */
export function familyOf(metric: string, part: keyof RequestFamily): RequestFamily | undefined {
  return FAMILIES.find((family) => family[part] === metric);
}

/** What web requests are counted as; every other service is one of DIMSE. */
const WEB_SERVICES: readonly string[] = [
  'STOW-RS',
  'QIDO-RS',
  'WADO-RS',
  'DELETE',
  'CAPABILITIES',
  'HTTP',
];

/** The family that counts a service. */
export function familyOfService(service: string): RequestFamily {
  return WEB_SERVICES.includes(service) ? WEB : DIMSE;
}
