export { type Explored, explorePair, nameOf, pairs, type Platform } from './exploring.js';
export { type Finding, findingsOf } from './judging.js';
export { type KnownRace, knownRaceOf, knownRaces } from './known-races.js';
export { type Operation, operations } from './operations.js';
export { misfitOf, type Pair, scenarioOf } from './pair.js';
export { type StartState, startStates } from './start-states.js';
