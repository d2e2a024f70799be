// The page of a run's report, of its live view, of a smoke session and of a recording: finds its data
// and shows it.
import './page.css';
import type { ReportData } from '../data.ts';
import { SESSION_SCHEMA, type SessionData } from '../session-data.ts';
import { RECORDING_SCHEMA, type RecordingPageData } from '../recording-data.ts';
import { h, replace } from './dom.ts';
import { showRecording } from './recording.ts';
import { showReport } from './report.ts';
import { showSession } from './session.ts';
import { startTheme } from './theme.ts';

const root = document.getElementById('report') ?? document.body;

function say(text: string): void {
  replace(root, h('p', { role: 'status' }, text));
}

type PageData = ReportData | SessionData | RecordingPageData;

async function embedded(element: HTMLElement): Promise<PageData> {
  const text = element.textContent ?? '';
  if (element.getAttribute('type') !== 'application/gzip') return JSON.parse(text) as PageData;
  const packed = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text()) as PageData;
}

/** Follows a run; when it has ended, the page is the report and the connection is closed. */
function follow(eventsUrl: string): void {
  const events = new EventSource(eventsUrl);
  let update: ((data: ReportData) => void) | null = null;
  events.addEventListener('data', (event) => {
    const data = JSON.parse((event as MessageEvent<string>).data) as ReportData;
    if (update) update(data);
    else update = showReport(root, data);
    if (!data.live) events.close();
  });
  events.addEventListener('error', () => {
    document.title = 'dicomrun: connection lost';
  });
  say('waiting for the first numbers …');
}

function show(data: PageData): void {
  if (data.schema === RECORDING_SCHEMA) showRecording(root, data);
  else if (data.schema === SESSION_SCHEMA) showSession(root, data);
  else showReport(root, data);
}

async function start(): Promise<void> {
  startTheme();
  const data = document.getElementById('data');
  const live = document.getElementById('live');
  if (data) show(await embedded(data));
  else if (live) follow((JSON.parse(live.textContent ?? '{}') as { eventsUrl: string }).eventsUrl);
}

start().catch((error: unknown) => say(`this report cannot be shown: ${String(error)}`));
