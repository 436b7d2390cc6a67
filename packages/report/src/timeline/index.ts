export { timeline, type TimelineOptions } from './timeline.js';
