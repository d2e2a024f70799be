// The page of a recording: nothing in it changes once it is shown.
import type { RecordingPageData } from '../recording-data.ts';
import { replace } from './dom.ts';
import { counted, images, recordedServices } from './panels/recording-counts.ts';
import { overTime, recordingBanner, recordingNumbers } from './panels/recording-overview.ts';
import { topBar } from './report.ts';

export function showRecording(root: HTMLElement, data: RecordingPageData): void {
  const parts = [recordingBanner, recordingNumbers, overTime, recordedServices, images, counted];
  replace(root, topBar(), ...parts.map((make) => make(data)));
}
