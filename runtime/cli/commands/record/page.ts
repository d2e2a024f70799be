// A recording as a page for a browser.
import type { RecordingHeader } from '../../../recording/format.ts';
import type { TrafficSummary } from '../../../recording/summary.ts';
import { RECORDING_SCHEMA } from '../../../report/html/recording-data.ts';
import { renderRecording } from '../../../report/html/recording.ts';
import { named } from './summary-text.ts';

export function recordingPage(
  name: string,
  { startedAt, utcOffsetMinutes, to, tool }: RecordingHeader,
  summary: TrafficSummary,
): string {
  return renderRecording({
    ...{ schema: RECORDING_SCHEMA, name, tool, to, startedAt, utcOffsetMinutes, summary },
    modalities: summary.sopClasses.map(named),
  });
}
