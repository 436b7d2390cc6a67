import { preset } from '@pagerace/vitest-preset';

// Signals, threads and start-up are a process's own: what tests them starts the compiled command.
export default preset({ test: { globalSetup: './test/support/build.mjs' } });
