export { explanationOf, explanations } from './explanations.js';
export { explorePair, type Explored, nameOf, pairs, type Platform } from './exploring.js';
export { type Operation, operations } from './operations.js';
export { misfitOf, type Pair, scenarioOf } from './pair.js';
export { type StartState, startStates } from './start-states.js';
