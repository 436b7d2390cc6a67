export { cow } from './cow/index.js';
export { conformance, suites } from './plugin.js';
export { type Feature, lacking, type Suite, type SuiteLayout, type SuiteRow } from './suite.js';
