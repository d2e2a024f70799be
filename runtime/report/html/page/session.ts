// The report over one `dicomrun smoke`: nothing in it changes once it is shown.
import type { SessionData } from '../session-data.ts';
import { replace } from './dom.ts';
import { topBar } from './report.ts';
import { allCases, sessionFailures } from './panels/session-cases.ts';
import { durations, outcomes, sessionBanner } from './panels/session-overview.ts';

export function showSession(root: HTMLElement, data: SessionData): void {
  const parts = [sessionBanner, outcomes, sessionFailures, durations, allCases];
  replace(root, topBar(), ...parts.map((make) => make(data)));
}
