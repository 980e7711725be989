// What other features may import.
export { eventMessage } from './cloud-events';
