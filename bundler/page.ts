// The browser's part of the HTML report as one script and one style sheet, made at build time.
import { join } from 'node:path';
import { bundle } from './bundle.ts';

/**
 * Bundles `runtime/report/html/page`, with its chart library inside.
 *
 * @param root the package's folder, with its development dependencies installed
 */
export async function bundlePage(root: string): Promise<{ js: string; css: string }> {
  const { js, css } = await bundle({
    entry: join(root, 'runtime', 'report', 'html', 'page', 'main.ts'),
    base: root,
    format: 'iife',
    platform: 'browser',
    minify: true,
  });
  // An inline script ends at the first end tag, whatever it stands in.
  return { js: js.replaceAll('</script', '<\\/script').trim(), css: css.trim() };
}
