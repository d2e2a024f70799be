// What of the API of Kubernetes the placement files use: the fields of each object and their types, as
// its reference has them (Service v1, NetworkPolicy networking.k8s.io/v1, Job batch/v1).

/** A type by name, one of several words, a list, a map of strings, or fields; `!` after those that must be. */
type Shape =
  | 'string'
  | 'integer'
  | 'boolean'
  | 'labels'
  | { readonly of: Shape }
  | { readonly words: readonly string[] }
  | { readonly fields: Readonly<Record<string, Shape>> };

const fields = (of: Readonly<Record<string, Shape>>): Shape => ({ fields: of });
const META = fields({ 'name!': 'string', labels: 'labels', annotations: 'labels' });
const PROTOCOL: Shape = { words: ['TCP', 'UDP', 'SCTP'] };
const POLICY_PORTS: Shape = { of: fields({ protocol: PROTOCOL, port: 'integer' }) };
const PEERS: Shape = {
  of: fields({
    ipBlock: fields({ 'cidr!': 'string', except: { of: 'string' } }),
    podSelector: fields({ matchLabels: 'labels' }),
    namespaceSelector: fields({ matchLabels: 'labels' }),
  }),
};
const RESOURCES = fields({ requests: 'labels', limits: 'labels' });
const CONTAINER = fields({
  ...{ 'name!': 'string', 'image!': 'string', command: { of: 'string' }, args: { of: 'string' } },
  env: { of: fields({ 'name!': 'string', value: 'string' }) },
  ports: { of: fields({ name: 'string', 'containerPort!': 'integer', protocol: PROTOCOL }) },
  resources: RESOURCES,
  securityContext: fields({
    ...{ allowPrivilegeEscalation: 'boolean', readOnlyRootFilesystem: 'boolean' },
    ...{ runAsNonRoot: 'boolean', runAsUser: 'integer' },
    capabilities: fields({ add: { of: 'string' }, drop: { of: 'string' } }),
  }),
  volumeMounts: {
    of: fields({ 'name!': 'string', 'mountPath!': 'string', readOnly: 'boolean' }),
  },
});
const POD = fields({
  restartPolicy: { words: ['Never', 'OnFailure'] },
  ...{ subdomain: 'string', serviceAccountName: 'string', automountServiceAccountToken: 'boolean' },
  terminationGracePeriodSeconds: 'integer',
  securityContext: fields({ runAsNonRoot: 'boolean', runAsUser: 'integer', fsGroup: 'integer' }),
  'containers!': { of: CONTAINER },
  volumes: {
    of: fields({
      'name!': 'string',
      secret: fields({ 'secretName!': 'string', defaultMode: 'integer' }),
      emptyDir: fields({ sizeLimit: 'string', medium: 'string' }),
    }),
  },
});
const kind = (apiVersion: string, name: string, spec: Shape): Shape =>
  fields({
    'apiVersion!': { words: [apiVersion] },
    'kind!': { words: [name] },
    'metadata!': META,
    'spec!': spec,
  });

export const KINDS: Readonly<Record<string, Shape>> = {
  Service: kind(
    'v1',
    'Service',
    fields({
      ...{ clusterIP: 'string', selector: 'labels', publishNotReadyAddresses: 'boolean' },
      ports: { of: fields({ name: 'string', protocol: PROTOCOL, 'port!': 'integer' }) },
    }),
  ),
  NetworkPolicy: kind(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    fields({
      'podSelector!': fields({ matchLabels: 'labels' }),
      policyTypes: { of: { words: ['Ingress', 'Egress'] } },
      ingress: { of: fields({ ports: POLICY_PORTS, from: PEERS }) },
      egress: { of: fields({ ports: POLICY_PORTS, to: PEERS }) },
    }),
  ),
  Job: kind(
    'batch/v1',
    'Job',
    fields({
      completionMode: { words: ['Indexed', 'NonIndexed'] },
      ...{ completions: 'integer', parallelism: 'integer', backoffLimit: 'integer' },
      ...{ ttlSecondsAfterFinished: 'integer', activeDeadlineSeconds: 'integer' },
      'template!': fields({ metadata: fields({ labels: 'labels' }), 'spec!': POD }),
    }),
  ),
};

/** Where a value is not of that shape; also a field that there is none of. */
export function misfits(value: unknown, shape: Shape, at: string): string[] {
  if (shape === 'integer') return Number.isInteger(value) ? [] : [`${at}: no integer`];
  if (shape === 'string' || shape === 'boolean') {
    return typeof value === shape ? [] : [`${at}: no ${shape}`];
  }
  if (shape === 'labels') return allOf(value, at, (one, where) => misfits(one, 'string', where));
  if ('words' in shape) {
    return shape.words.includes(String(value)) ? [] : [`${at}: none of ${shape.words.join(', ')}`];
  }
  if ('of' in shape) {
    if (!Array.isArray(value)) return [`${at}: no list`];
    return value.flatMap((one, i) => misfits(one, shape.of, `${at}[${i}]`));
  }
  const known = Object.entries(shape.fields).map(([name, of]) => {
    return { name: name.replace('!', ''), of, must: name.endsWith('!') };
  });
  const has = (name: string): boolean => typeof value === 'object' && name in (value ?? {});
  const absent = known.filter(({ name, must }) => must && !has(name));
  return [
    ...absent.map(({ name }) => `${at}.${name}: missing`),
    ...allOf(value, at, (one, where, name) => {
      const field = known.find((other) => other.name === name);
      return field === undefined
        ? [`${where}: there is no such field`]
        : misfits(one, field.of, where);
    }),
  ];
}

function allOf(
  value: unknown,
  at: string,
  look: (one: unknown, where: string, name: string) => string[],
): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${at}: no object`];
  return Object.entries(value).flatMap(([name, one]) => look(one, `${at}.${name}`, name));
}
