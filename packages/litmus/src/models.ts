import { type ReferenceModel, referenceModels } from '@pagerace/memory-models/reference';

import { type Architecture } from './test.js';

/** The model by which a test is judged unless another is asked for. */
const models: Readonly<Record<Architecture, string>> = {
  C: 'lkmm',
  X86_64: 'tso',
  AArch64: 'armv8',
  PPC: 'power',
  RISCV: 'riscv',
};

export function defaultModel(architecture: Architecture): ReferenceModel {
  return modelNamed(models[architecture]);
}

/** @throws RangeError if there is no such model; its message lists those that there are. */
export function modelNamed(id: string): ReferenceModel {
  const model = referenceModels.find((candidate) => candidate.id === id);
  if (model) return model;
  const known = referenceModels.map((candidate) => candidate.id).join(', ');
  throw new RangeError(`there is no memory model '${id}'; known: ${known}`);
}

/** The models that know the accesses and fences of a kind of test. For the others it would need a mapping. */
const understanding: Readonly<Record<Architecture, readonly string[]>> = {
  C: ['lkmm', 'sc', 'tso'],
  X86_64: ['tso', 'sc'],
  AArch64: ['armv8', 'sc'],
  PPC: ['power', 'sc'],
  RISCV: ['riscv', 'sc'],
};

/** The models that can judge a test of this kind; its own comes first. */
export function modelsFor(architecture: Architecture): readonly string[] {
  return understanding[architecture];
}
