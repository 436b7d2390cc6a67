export { swapSubsystem } from './subsystem.js';
export { SWAP, type Swap } from './swap.js';
