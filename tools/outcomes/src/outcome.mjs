import { explore } from '@pagerace/explorer';
import { composeRun } from '@pagerace/kernel';
import { registry } from './registry.mjs';

/**
 * @typedef {object} Cell what a table has in one place
 * @property {string} scenario
 * @property {string} kernel with its patches
 * @property {string} architecture
 * @property {string} model
 * @property {Record<string, unknown>} [parameters]
 */

/**
 * Explores a scenario whole, and says in a few words what came out.
 *
 * @param {Cell} cell
 * @returns {string} such as `✗ I-DIO, 8 of 109`
 */
export function outcome({ scenario, kernel, architecture, model, parameters = {} }) {
  const run = composeRun({
    scenario: registry.scenario(scenario),
    kernel: registry.kernel(kernel),
    architecture: registry.architecture(architecture),
    model: registry.model(model),
    parameters,
  });
  const result = explore(run.setup, { model: run.model, mustCover: run.mustCover });
  const all = result.executions.toLocaleString('en');
  switch (result.verdict) {
    case 'verified':
      return `✓ ${all}`;
    case 'violated': {
      const properties = [...new Set(result.violations.map(({ property }) => property))].sort();
      return `✗ ${properties.join(', ')}: ${result.violating.toLocaleString('en')} of ${all}`;
    }
    case 'vacuous':
      return `– ${result.neverCovered.join(', ')} never applies`;
    default:
      throw new Error(`${scenario} on ${kernel}: ${result.verdict}: ${result.covers}`);
  }
}
