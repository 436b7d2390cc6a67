export { main } from './command-line.js';
export { ExitCode } from './exit-code.js';
export { loadRegistry } from './plugins.js';
