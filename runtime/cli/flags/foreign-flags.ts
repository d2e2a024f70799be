// Flags of other tools, and what does their work here: k6, pytest, DCMTK and dcm4che; and flags of
// ours where a command does not take them.

const TLS = '--tls, with --tls-ca, --tls-cert and --tls-key (PEM files)';
const TRACE = '--trace prints every PDU (run, smoke)';
const NO_TIMEOUT = '--timeout of the command, or `timeouts` of peer({ … }) in the script';
const LIKE_PYTEST = 'dicomrun help from-pytest';

/** By the flag as it is typed. */
const HERE: Readonly<Record<string, string>> = {
  '--threshold':
    "in the script: export const options = { thresholds: { dicom_req_failed: ['rate<0.01'] } }",
  '--host': '-c AET@host:port',
  '--port': '-c AET@host:port',
  '--called': '-c AET@host:port, or dcmtk style: -aec AET host port',
  '--calling': '-b MY_AET',
  '--rate': 'in the script: a scenario with an arrival rate, see `dicomrun help executors`',
  // of `run` (and `capacity`) alone
  '--agents': 'only `dicomrun run` and `capacity` take agents; smoke loads from this machine alone',
  '--engine': 'only `dicomrun run` and `capacity` take agents; smoke loads from this machine alone',
  '--creds': 'only `dicomrun run` and `capacity` take agents; smoke loads from this machine alone',
  '--only-missing': 'only `dicomrun run` takes it',
  // k6
  '--http-debug': TRACE,
  '--verbose': TRACE,
  '-v': `${TRACE}; -V prints the version`,
  '--summary-mode': '`dicomrun report DIR` prints the summary again, `--json` all of it',
  '--rps': 'in the script: executor `constant-arrival-rate`, see `dicomrun help executors`',
  '--log-output': '--console-output FILE; errors stand in errors.ndjson of the run',
  '--log-format': 'errors stand in errors.ndjson of the run, a line each',
  '--paused': '`dicomrun inspect SCRIPT` looks without running',
  '--batch': 'in the script: Promise.all of associations, or `asyncOps`',
  '--insecure-skip-tls-verify': '--no-tls-verify',
  '--no-usage-report': 'nothing is reported to anybody; leave it out',
  '--compatibility-mode': 'TypeScript and modules run as they are; leave it out',
  '--include-system-env-vars': '__ENV holds the environment; -e KEY=VALUE adds to it',
  '--local-ips': '-b MY_AET@address chooses the address to connect from',
  '--system-tags': 'tags are fixed: `dicomrun help metrics`',
  // pytest
  '--junit': '--reporter junit=FILE',
  '--junitxml': '--reporter junit=FILE',
  '--junit-xml': '--reporter junit=FILE',
  '--html': '`dicomrun report DIR --html FILE`; a run leaves report.html in its folder',
  '-k': '--grep of `dicomrun smoke`',
  '-m': '--label of `dicomrun smoke`',
  '-x': '--bail of `dicomrun smoke`',
  '-n': '--parallel of `dicomrun smoke`',
  '--maxfail': '--bail of `dicomrun smoke`',
  '--lf': '--last-failed of `dicomrun smoke`',
  '--collect-only': '--list of `dicomrun smoke`',
  '--durations': 'the page of `dicomrun smoke` has the slowest cases',
  '--tb': LIKE_PYTEST,
  '--pdb': LIKE_PYTEST,
  // DCMTK
  '-d': TRACE,
  '--debug': TRACE,
  '-ll': TRACE,
  '--log-level': TRACE,
  '-pdu': '`maxPdu` of peer({ … }) in the script, or DICOMRUN_TARGET_MAX_PDU',
  '--max-pdu': '`maxPdu` of peer({ … }) in the script, or DICOMRUN_TARGET_MAX_PDU',
  '--anonymous-tls': TLS,
  '--enable-tls': TLS,
  '--add-cert-file': '--tls-ca FILE',
  '--ignore-peer-cert': '--no-tls-verify',
  '--scan-directories': 'leave it out: folders are always read with all that is below',
  '--recurse': 'leave it out: folders are always read with all that is below',
  '--propose-lossless': '`contexts` of associate({ … }) in the script',
  '-nh': 'leave it out: a status that is not success ends nothing',
  '--no-halt': 'leave it out: a status that is not success ends nothing',
  '-od': '`dicomrun serve sink --folder DIR`',
  '--output-directory': '`dicomrun serve sink --folder DIR`',
  // dcm4che
  '--tls11': TLS,
  '--tls12': TLS,
  '--tls13': TLS,
  '--tls-aes': TLS,
  '--tls-null': TLS,
  '--key-store': '--tls-cert FILE --tls-key FILE (PEM; openssl pkcs12 makes them of a key store)',
  '--trust-store': '--tls-ca FILE (PEM; openssl pkcs12 makes it of a trust store)',
  '--key-store-pass': '`target.tls.passphrase` or DICOMRUN_TARGET_TLS_PASSPHRASE, for a PEM key',
  '--connect-timeout': NO_TIMEOUT,
  '--accept-timeout': NO_TIMEOUT,
  '--response-timeout': NO_TIMEOUT,
  '--store-timeout': NO_TIMEOUT,
  '--max-pdulen-rcv': '`maxPdu` of peer({ … }) in the script, or DICOMRUN_TARGET_MAX_PDU',
  '--max-ops-invoked': '`asyncOps` in the script, see `dicomrun help api`',
  '--user': '`userIdentity` of peer({ … }) in the script',
  '--user-pass': '`userIdentity` of peer({ … }) in the script',
  '--uid-suffix': 'leave it out: a script sends fresh UIDs; `dicomrun send --invent` too',
  '--dest': '--to AET of `dicomrun move`',
  '--directory': '`dicomrun serve sink --folder DIR`',
};

/** Those that are known. @internal */
export const FOREIGN_FLAGS: readonly string[] = Object.keys(HERE);

/** What to try in place of a flag that no command of ours has; undefined when nobody knows it. */
export function foreignFlag(flag: string): string | undefined {
  return Object.hasOwn(HERE, flag) ? HERE[flag] : undefined;
}
