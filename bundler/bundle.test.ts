import { expect, it } from 'vitest';
import { bundle, stopBundler, type Plugin } from './bundle.ts';

it('says that esbuild is gone only after a signal that took it away could be heard', async () => {
  let heard = false;
  const interrupted: Plugin = {
    name: 'interrupted',
    setup({ onResolve }) {
      onResolve({ filter: /./ }, async () => {
        setTimeout(() => (heard = true), 20);
        await stopBundler();
        return null;
      });
    },
  };
  const building = bundle({
    entry: import.meta.filename,
    base: import.meta.dirname,
    format: 'cjs',
    platform: 'neutral',
    plugins: [interrupted],
  });
  await expect(building).rejects.toThrow(/service/);
  expect(heard).toBe(true);
});
