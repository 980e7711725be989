export { type BackOff, backOffMs, pause } from './back-off';
export { EngineMisconfigured, messageOf, reasonOf } from './errors';
export { type Limiter, limiter } from './limiter';
export { surviveErrors, surviveLostConnections } from './lost-connections';
export { bigintArray, intArray, type Queries, textArray, uuidArray } from './postgres';
export { TimedOut, within } from './within';
