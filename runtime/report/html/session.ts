// The report over one `dicomrun smoke`, all scripts of it, as one sealed file.
import { builtAssets, embed, escapeHtml, sealed, type PageAssets } from './sealed.ts';
import { sessionWord, tally, tallyText, type SessionData } from './session-data.ts';

export function renderSession(data: SessionData, assets: PageAssets = builtAssets()): string {
  const word = sessionWord(data);
  const text = tallyText(tally(data));
  return sealed({
    title: `${word} · ${data.title ?? 'smoke'} · ${data.id}`,
    assets,
    connect: "'none'",
    body: `${embed(data)}<noscript><p>${word}: ${escapeHtml(text)}. The table of this report needs JavaScript.</p></noscript>`,
  });
}
