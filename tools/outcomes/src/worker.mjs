import { parentPort } from 'node:worker_threads';
import { exploredOutcome } from './outcome.mjs';

parentPort?.on('message', (/** @type {import('./outcome.mjs').Cell} */ cell) => {
  parentPort?.postMessage(exploredOutcome(cell));
});
