import { Wiring, WiringError } from '@pagerace/di';
import { GUP_CONFIG } from '@pagerace/gup';
import { ARCHITECTURE, TLB_FLUSH } from '@pagerace/page-model';
import type { ArchitectureDefinition } from './architecture-definition.js';
import type { Kernel } from './kernel.js';
import { PluginError } from './plugin-check.js';
import type { AnyProvision } from './provision.js';
import { subsystems } from './subsystems.js';
import { UsageError } from './usage-error.js';
import { WithoutFastGup } from './without-fast-gup.js';

/**
 * Puts the object graph of a kernel on an architecture together.
 *
 * @throws {PluginError} that names the architecture or the patch whose provision is wrong
 * @throws {UsageError} for a patch of a seam that is not there
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
  if (architecture.fastGup === false) wiring.override(GUP_CONFIG, WithoutFastGup);
  for (const { id, provides } of kernel.patches) {
    provide(`the patch ${id}`, provides, wiring, (one) => one.override(wiring));
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
