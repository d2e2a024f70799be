// New identities for files that are sent, as storescu invents them: every image gets a UID of its own;
// after so many images a new series begins, after so many series a new study, after so many studies
// a new patient.
import {
  memberNumber,
  patientId,
  runNumber,
  seriesUid,
  sopUid,
  studyUid,
} from '../../dicom/pool/identity.ts';

/** How many belong together. */
export interface InventCounts {
  /** Images per series (`+IR`). */
  readonly images: number;
  /** Series per study (`+IS`). */
  readonly series: number;
  /** Studies per patient (`+IP`). */
  readonly studies: number;
}

/** What dcmtk takes for those that are not given. */
export const INVENT_DEFAULTS: InventCounts = { images: 100, series: 50, studies: 25 };

/** The attributes that make an image another one, by keyword. */
export interface InventedIdentity {
  readonly SOPInstanceUID: string;
  readonly SeriesInstanceUID: string;
  readonly StudyInstanceUID: string;
  readonly PatientID: string;
  readonly PatientName: string;
}

/** Gives the next image its identity. */
export class Inventor {
  readonly #counts: InventCounts;
  readonly #run: string;
  #sent = 0;

  constructor(counts: InventCounts, run = runNumber(Date.now(), process.pid)) {
    this.#counts = counts;
    this.#run = run;
  }

  next(): InventedIdentity {
    const { images, series, studies } = this.#counts;
    const image = this.#sent++;
    const allSeries = Math.floor(image / images);
    const study = Math.floor(allSeries / series);
    const seriesNumber = (allSeries % series) + 1;
    // A patient's ID is that of the first of the studies.
    const patient = Math.floor(study / studies);
    const id = patientId(this.#run, patient);
    return {
      SOPInstanceUID: sopUid(this.#run, study, memberNumber(seriesNumber, (image % images) + 1)),
      SeriesInstanceUID: seriesUid(this.#run, study, seriesNumber),
      StudyInstanceUID: studyUid(this.#run, study),
      PatientID: id,
      PatientName: `DICOMRUN^${id}`,
    };
  }
}
