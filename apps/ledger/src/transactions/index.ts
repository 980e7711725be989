// What other features may import.
export { keepLookUps } from './kept-look-ups';
export { ownRecords, USUAL_ORDINALS } from './own-records';
