// What other features may import.
export { consumeMovements } from './movements.consumer';
export { type Owner, type OwnerOf, Owners } from './owners';
export {
  type Owned,
  originOf,
  type Reported,
  recordReports,
  type Unrecordable,
} from './record-reports';
export { placeOf } from './record-transfers';
export { arrivedIn } from './replenishment.row';
export { ReplenishmentsModule } from './replenishments.module';
export { replenishmentsProjection } from './replenishments.projection';
export { ResolveCompliance } from './resolve-compliance';
export { ResolveHeld } from './resolve-held';
export { type Settlement, SettleReplenishments } from './settle-replenishments';
