/** For tests of what is built on the page model, where no real architecture is at hand. */
export { type Exploring, exploring } from './exploring.js';
export { mapHugePage } from './map-huge-page.js';
export { notified, type Notification } from './notified.js';
export { NoTlb, ToyArchitecture } from './toy-architecture.js';
export { toySystem, type ToyOptions, type ToySystem } from './toy-system.js';
