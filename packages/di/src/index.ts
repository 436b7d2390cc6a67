export { inject, injectable } from './injectable.js';
export { type Token, token, type TokenHints } from './token.js';
export { Wiring } from './wiring.js';
export { WiringError, type WiringErrorKind } from './wiring-error.js';
