import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One core is kept free by default, which of two is half.
    maxWorkers: '100%',
    projects: ['{packages,apps,tools}/*/vitest.config.mjs', '!tools/pack-check/vitest.config.mjs'],
  },
});
