import { preset } from '@pagerace/vitest-preset';

// Exit codes and signals are a process's own: these tests start the compiled command.
export default preset({ test: { globalSetup: './test/support/build.mjs' } });
