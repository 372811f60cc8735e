/** The version we report where nginx would report its own, so that clients that compare versions behave. */
export const VERSION = '1.28.0';
export const PRODUCT = 'nginx';
/** The `Server` header with `server_tokens on`. */
export const SERVER = `${PRODUCT}/${VERSION}`;
