import { preset } from '@pagerace/vitest-preset';

// Tens of thousands of executions are judged here: that takes long on a machine with much else to do.
export default preset({ test: { testTimeout: 120_000 } });
