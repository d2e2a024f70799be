// Real, independent peers for whole-run tests. Each start function answers when the peer listens;
// each peer has its own ports and temporary folder, is ended by its process id, and leaves nothing.
export { anyPortFree, findCommand, requirePeer, type Peer } from './peers/process.ts';
export {
  dumpToFile,
  startPrintScp,
  startQrscp,
  startStorescp,
  startWorklistScp,
  type StoragePeer,
} from './peers/dcmtk.ts';
export { orthancHasWeb, startOrthanc, type OrthancPeer } from './peers/orthanc.ts';
export { startInfluxd, type InfluxPeer, type InfluxSeries } from './peers/influxd.ts';
export { startPrometheus, startVictoriaMetrics, type TimeSeriesPeer } from './peers/timeseries.ts';
export { startDimseServer } from './peers/dimse.ts';
export { startDimseArchive, type DimseArchive } from './peers/dimse-archive.ts';
