import { injectMatchesParameter } from './rules/inject-matches-parameter.mjs';
import { noAmbientInput } from './rules/no-ambient-input.mjs';
import { noCatchAll } from './rules/no-catch-all.mjs';

export { layerConstraints, modelLayers } from './layers.mjs';

export const rules = {
  'inject-matches-parameter': injectMatchesParameter,
  'no-ambient-input': noAmbientInput,
  'no-catch-all': noCatchAll,
};
