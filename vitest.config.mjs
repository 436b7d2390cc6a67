import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['{packages,apps,tools}/*/vitest.config.mjs', '!tools/pack-check/vitest.config.mjs'],
  },
});
