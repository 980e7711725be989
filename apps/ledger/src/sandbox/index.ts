// What other features may import.
export { sandboxMessage } from './sandbox-message';
