export { type BackOff, backOffMs, pause } from './back-off';
export { EngineMisconfigured } from './engine-misconfigured';
export { messageOf, reasonOf } from './errors';
export { type Limiter, type LimiterOptions, limiter } from './limiter';
export { bigintArray, intArray, textArray, uuidArray } from './postgres-arrays';
export { TimedOut, within } from './within';
