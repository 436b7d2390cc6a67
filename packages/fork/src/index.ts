export { FORK, type Fork, prepareChild } from './fork.js';
export { forkSubsystem } from './subsystem.js';
