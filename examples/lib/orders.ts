// Worklist items: as the simulated archive holds them, and as a modality asks for them.

/** One scheduled procedure step. */
export const order = (number: number) => ({
  PatientName: 'DICOMRUN^TEST',
  PatientID: `WL${number}`,
  PatientSex: 'O',
  AccessionNumber: `WLA${number}`,
  StudyInstanceUID: `2.25.1000000000000000000000${String(number).padStart(6, '0')}`,
  RequestedProcedureID: `RP${number}`,
  RequestedProcedureDescription: 'GI Endoscopy',
  ScheduledProcedureStepSequence: [
    {
      Modality: 'ES',
      ScheduledStationAETitle: 'ENDO1',
      ScheduledProcedureStepStartDate: '20260102',
      ScheduledProcedureStepID: `SPS${number}`,
    },
  ],
});

/** Orders 1 to `count`. */
export const orders = (count: number) => Array.from({ length: count }, (_, i) => order(i + 1));

/** Return keys, and the modality it is for. */
export const wanted = {
  PatientName: '',
  PatientID: '',
  AccessionNumber: '',
  StudyInstanceUID: '',
  RequestedProcedureDescription: '',
  ScheduledProcedureStepSequence: [
    { Modality: 'ES', ScheduledStationAETitle: '', ScheduledProcedureStepID: '' },
  ],
};
