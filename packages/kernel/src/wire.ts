import { Wiring, WiringError } from '@pagerace/di';
import { GUP_CONFIG } from '@pagerace/gup';
import { bindOldest, type History, type PatchFacts } from '@pagerace/history';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import type { ArchitectureDefinition } from './architecture-definition.js';
import { isAdded, type Kernel, notSuperseded } from './kernel.js';
import { PluginError } from './plugin-check.js';
import type { AnyProvision } from './provision.js';
import { subsystemHistories, subsystems } from './subsystems.js';
import { UsageError } from './usage-error.js';
import { variantIn } from './variant.js';
import { WithoutFastGup } from './without-fast-gup.js';

/** Of every function that changed: of the subsystems, and of the architecture. */
export function historiesOf({ histories }: ArchitectureDefinition): readonly History[] {
  return [...subsystemHistories, ...histories];
}

/**
 * Puts the object graph of a kernel on an architecture together.
 *
 * @throws {PluginError} that names the architecture or the patch whose provision is wrong
 * @throws {UsageError} for a patch of a seam that is not there, or that another patch changes, too
 */
export function wire(kernel: Kernel, architecture: ArchitectureDefinition): Wiring {
  const wiring = new Wiring();
  for (const subsystem of subsystems) subsystem(wiring);
  const arch = `the architecture ${architecture.id}`;
  provide(arch, architecture.provides, wiring, (one) => one.bind(wiring));
  for (const token of [ARCHITECTURE, TLB_FLUSH]) {
    if (!wiring.has(token))
      throw new PluginError(`${arch}: provides nothing for ${token.description!}, and must`);
  }
  bindOldest(wiring, architecture.histories);
  const changed = new Map<symbol | undefined, PatchFacts>();
  for (const history of historiesOf(architecture)) {
    const variant = variantIn(history, kernel);
    variant?.override(wiring);
    if (variant?.patch !== undefined && isAdded(kernel, variant.patch))
      changed.set(history.token, variant.patch);
  }
  if (architecture.fastGup === false) wiring.override(GUP_CONFIG, WithoutFastGup);
  for (const patch of kernel.adds) {
    provide(`the patch ${patch.id}`, patch.provides ?? [], wiring, (one) => {
      const other = changed.get(one.token);
      if (other !== undefined && patch.supersedes?.some(({ id }) => id === other.id) !== true)
        throw new UsageError(notSuperseded(other, patch, one.token.description ?? 'one seam'));
      one.override(wiring);
    });
  }
  return wiring;
}

/** Does something with each provision, and tells what is wrong by the name of what brings it. */
function provide(
  from: string,
  provides: readonly AnyProvision[],
  wiring: Wiring,
  put: (one: AnyProvision) => void,
): void {
  provides.forEach((provision, nth) => {
    const at = `${from}: provides[${String(nth)}]`;
    // A plug-in may have been seen by no compiler: a misspelt token is undefined.
    const token = provision.token as symbol | undefined;
    if (typeof token !== 'symbol')
      throw new PluginError(`${at}.token must be a token, and is ${String(token)}`);
    try {
      put(provision);
    } catch (thrown) {
      if (!(thrown instanceof WiringError)) throw thrown;
      const name = token.description ?? 'a seam';
      switch (thrown.kind) {
        case 'nothing to override': {
          const twice = wiring.hasNamesake(token)
            ? '. Another token of that name is bound: the package that makes the token is there twice'
            : '';
          throw new UsageError(`${from} does not fit: nothing here has ${name}${twice}`);
        }
        case 'already bound':
          throw new PluginError(
            `${at}: ${name} is bound already; an architecture provides what nothing else does, and a patch replaces`,
          );
        default:
          throw new PluginError(`${at}: ${thrown.message}`);
      }
    }
  });
}
