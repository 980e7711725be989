// What other features may import.
export { keepLookUps } from './kept-look-ups';
