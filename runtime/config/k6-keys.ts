// Option keys that are k6's and not ours. Where leaving one out could change what is sent or where
// to, it is refused; where it only concerns HTTP or k6's own machinery, it is named and passed over.

const HTTP = 'it concerns HTTP';

/** Key -> why it has no effect here. */
export const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  batch: HTTP,
  batchPerHost: HTTP,
  maxRedirects: HTTP,
  userAgent: HTTP,
  httpDebug: `${HTTP}; --trace prints PDUs`,
  discardResponseBodies: HTTP,
  noCookiesReset: HTTP,
  systemTags: 'tags are bounded here, all are kept',
  metricSamplesBufferSize: 'samples are never queued in front of virtual users',
  linger: 'the process ends when the run has ended',
  ext: 'there is no cloud',
  cloud: 'there is no cloud',
  noUsageReport: 'there is no telemetry',
};

/** Key -> what to write instead. */
export const REFUSED: Readonly<Record<string, string>> = {
  rps: 'use the executor constant-arrival-rate',
  hosts: 'write the address into target.host or dicom.peer({ host })',
  localIPs: 'use target.sourceAddress or dicom.peer({ sourceAddress })',
  dns: 'names are resolved by the system; write the address you mean',
  blacklistIPs: 'nothing would be blocked; see allowedTargets',
  blockHostnames: 'nothing would be blocked; see allowedTargets',
  insecureSkipTLSVerify: 'use target.tls.verify',
  tlsAuth: 'use target.tls.cert and target.tls.key',
  tlsVersion: 'use target.tls.minVersion',
  tlsCipherSuites: 'use target.tls',
  noConnectionReuse: 'the script decides: associate() and release() per operation',
  noVUConnectionReuse: 'the script decides: associate() per iteration, or keep: true',
  paused: 'start the run when it is to start',
};
