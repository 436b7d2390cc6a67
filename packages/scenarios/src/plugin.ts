import { definePlugin } from '@pagerace/kernel';
import { madvFreeDio } from './madv-free/dio.js';

/** The scenarios of this package. */
export const scenarios = definePlugin({
  id: '@pagerace/scenarios',
  scenarios: [madvFreeDio],
});
