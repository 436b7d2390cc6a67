export { faultSubsystem } from './subsystem.js';
