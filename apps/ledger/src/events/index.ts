// What other features may import.
export { eventMessage } from './cloud-events';
export { LEDGER_EVENTS_RELAY } from './ledger-events.relay';
export { refillRelayState } from './relay-refill';
