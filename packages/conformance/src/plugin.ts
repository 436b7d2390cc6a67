import { definePlugin } from '@pagerace/kernel';
import { cow } from './cow/index.js';
import type { Suite } from './suite.js';

export const suites: readonly Suite[] = [cow];

/** The rows of the suites that the model can run, as scenarios. */
export const conformance = definePlugin({
  id: '@pagerace/conformance',
  scenarios: suites.flatMap(({ rows }) => rows.map(({ scenario }) => scenario)),
});
