import type { Feature } from '../suite.js';

/** io_uring_register(IORING_REGISTER_BUFFERS): edafccee56ff. */
export const fixedBuffers: Feature = { name: 'io_uring fixed buffers', since: 'v5.1' };

/** 1a4e58cce84e. */
export const madvPageout: Feature = { name: 'MADV_PAGEOUT', since: 'v5.4' };

/** 7d8faaf15545. */
export const madvCollapse: Feature = { name: 'MADV_COLLAPSE', since: 'v6.1' };

/** PIN_LONGTERM_TEST_START and its like of mm/gup_test.c: c77369b437f9. */
export const pinLongtermTest: Feature = { name: 'PIN_LONGTERM_TEST', since: 'v6.2' };
