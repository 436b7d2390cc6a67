import process from 'node:process';
import { defineConfig, mergeConfig } from 'vitest/config';
import { mutant } from './mutant.mjs';

/** Lets `@pagerace/…` resolve to a package's sources, so that tests never see a stale `dist`. */
const conditions = ['@pagerace/source'];

const base = defineConfig({
  // See tools/mutants.
  plugins: mutant(process.env.PAGERACE_MUTANT),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Said here and not left to the nearest tsconfig: a decorated class in a test would miss it.
  oxc: { decorator: { legacy: true } },
  test: {
    include: ['test/**/*.test.{ts,mjs}'],
    watch: false,
    passWithNoTests: true,
    // How long a test takes says how busy the machine is. The limit only ends what would never end.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});

/**
 * The configuration of one package's tests. Vitest hands neither `resolve` nor `ssr` of a root
 * configuration down to its projects, hence each package asks for it here.
 *
 * @param {import('vitest/config').ViteUserConfig} own what this package needs beyond the preset
 */
export const preset = (own = {}) => mergeConfig(base, own);
