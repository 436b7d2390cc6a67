import { preset } from '@pagerace/vitest-preset';

export default preset();
