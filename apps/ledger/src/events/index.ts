// What other features may use of this one.
export { eventMessage } from './cloud-events';
