export {
  type LitmusHeader,
  type LitmusWriter,
  type RaceLitmus,
  raceLitmus,
  type RaceLitmusOptions,
} from './race-litmus.js';
