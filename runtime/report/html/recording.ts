// What a recording holds as one sealed file.
import { plural } from '../../metrics/numbers.ts';
import type { RecordingPageData } from './recording-data.ts';
import { builtAssets, embed, escapeHtml, sealed, type PageAssets } from './sealed.ts';

export function renderRecording(
  data: RecordingPageData,
  assets: PageAssets = builtAssets(),
): string {
  const text = plural(data.summary.associations, 'association');
  return sealed({
    title: `recording · ${data.name}`,
    assets,
    connect: "'none'",
    body: `${embed(data)}<noscript><p>${escapeHtml(data.name)}: ${text}. The charts and tables of this page need JavaScript.</p></noscript>`,
  });
}
