import { type Wiring } from '@pagerace/di';
import { Memory, MEMORY, USER_ACCESS, UserAccess } from '@pagerace/page-model';

/** Binds what one package has to its tokens. */
type Subsystem = (wiring: Wiring) => void;

const pageModel: Subsystem = (wiring) => {
  wiring.bind(MEMORY, Memory).bind(USER_ACCESS, UserAccess);
};

/**
 * The kernel that patches are applied to: every subsystem as in the oldest version that is modelled.
 * A subsystem's package exports a function that binds its tokens; here is the list of them.
 */
export const subsystems: readonly Subsystem[] = [pageModel];
