/**
 * The layers of the house, from the ground up. A package names its own in `package.json`, as
 * `"nx": { "tags": ["layer:…"] }`, and imports from its own layer and from those below it.
 */
const layers = [
  'foundation', // di: anybody may use it
  'checking', // explorer, memory-models: no word of any kernel
  'vocabulary', // machine: the kernel's words
  'objects', // page-model
  'subsystem', // gup, rmap, vmscan … meet through the tokens that the callee owns
  'root', // kernel: puts the subsystems together
  'plugin', // arch-*, patches, scenarios: alone in knowing a CPU, a commit or a version
  'face', // report
  'app',
  'tool', // private: builds and measures the rest
];

/** The layers whose code the explorer runs again and again, and which must answer alike each time. */
export const modelLayers = ['vocabulary', 'objects', 'subsystem', 'plugin'];

/** The same, as the module-boundary rule of Nx takes it. */
export const layerConstraints = layers.map((layer, height) => ({
  sourceTag: `layer:${layer}`,
  onlyDependOnLibsWithTags: layers.slice(0, height + 1).map((below) => `layer:${below}`),
}));
