// What a STOW-RS request costs by how much is in it: each cell of a table of objects a request, bytes
// an object, modality and connections, one cell after the other, each on a quiet server.
//
// @seed dcm4chee STOW-RS measurements (objects per request, size, modality, connections)
// @covers 10, 13, 29
// measures  per cell: STOW-RS time, instances per second, bytes per second
// passes    every instance of every cell stored; no request over MAX_SECONDS
// knobs     PER_REQUEST (1,10,100), BYTES (an object: 32000,512000), MODALITY (CT), CONNECTIONS (1,4),
//           each a list; CELL (duration of one), MAX_SECONDS
//
//   dicomrun run examples/dicomweb/store-matrix.ts --web-target http://host:8042/dicom-web -e PER_REQUEST=1,50
import dicom, { type Pool } from 'dicom';
import web from 'dicomweb';
import { check } from 'k6';
import exec from 'k6/execution';
import type { Options, Scenario } from 'k6/options';
import { number, scaled, text, timed } from '../lib/scale.ts';
import { nothingFailsOverWeb } from '../lib/thresholds.ts';

const list = (name: string, byDefault: string) => text(name, byDefault).split(',');
const cells = list('MODALITY', 'CT').flatMap((modality) =>
  list('BYTES', scaled('32000,512000', '8000,32000')).flatMap((bytes) =>
    list('CONNECTIONS', scaled('1,4', '2')).flatMap((connections) =>
      list('PER_REQUEST', scaled('1,10,100', '1,10')).map((perRequest) => ({
        name: `${modality}_${bytes}B_${connections}c_${perRequest}o`,
        ...{ modality, bytes: Number(bytes) },
        ...{ connections: Number(connections), perRequest: Number(perRequest) },
      })),
    ),
  ),
);
type Cell = (typeof cells)[number];

const scenarioOf = ({ connections }: Cell, at: number): Scenario => ({
  executor: 'constant-vus',
  vus: connections,
  duration: text('CELL', scaled('30s', '1s')),
  gracefulStop: '30s',
  ...(at === 0 ? {} : { after: cells[at - 1].name }),
});
const byCell = (metric: string, thresholds: ReturnType<typeof timed> = []) =>
  Object.fromEntries(cells.map(({ name }) => [`${metric}{scenario:${name}}`, thresholds]));

export const options: Options = {
  scenarios: Object.fromEntries(cells.map((cell, at) => [cell.name, scenarioOf(cell, at)])),
  thresholds: {
    ...nothingFailsOverWeb,
    ...byCell('http_req_duration', timed(`p(95)<${number('MAX_SECONDS', 30) * 1000}`)),
    ...byCell('dicom_instances'),
    ...byCell('data_sent'),
  },
};

const archive = web.server({});
const pools = new Map<string, Pool>(
  cells.map(({ name, modality, bytes }) => [name, dicom.synthetic({ modality, bytes })]),
);

export default async function () {
  const cell = cells.find(({ name }) => name === exec.scenario.name) ?? cells[0];
  const { name, perRequest } = cell;
  const study = dicom.study({ from: pools.get(name), images: perRequest });
  const stored = await archive.store(study, { perRequest });
  check(stored, {
    'one request': (r) => r.statuses.length === 1,
    'every object of it stored': (r) => r.ok && r.stored === perRequest,
  });
}
