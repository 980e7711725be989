import { randomUUID } from 'node:crypto';
import type { AppendRequest } from '@daybook/event-store';

const EXAMPLE = {
  type: 'PurseMinted',
  data: {
    accountId: '5f0c9a36-3c1b-5d5e-9a55-0b6f3f0f7c11',
    customerId: '2d9f8e4a-7b21-5c0a-8d3f-94c1a6b7e502',
    family: 'evm',
    address: '0x71c7656ec7ab88b098defb751b7401b5f6d8976f',
    derivation: { xpubFingerprint: 'a1b2c3d4', branch: 0, index: 1_234_567 },
    outsideOrderId: null,
    mintedAt: '2026-01-31T12:00:00.000Z',
  },
};

/** The bytes of a sample event's type, data and metadata. */
export const EVENT_BYTES = bytesOf(anAppend());

/** One event of usual size to a new stream. Creating it is part of the measured append. */
export function anAppend(): AppendRequest {
  return {
    stream: `purse-${randomUUID()}`,
    expected: 'no-stream',
    events: [
      {
        id: randomUUID(),
        type: EXAMPLE.type,
        data: EXAMPLE.data,
        metadata: {
          schemaVersion: 1,
          accountId: EXAMPLE.data.accountId,
          actor: 'key:abcdefgh',
          commandId: randomUUID(),
        },
      },
    ],
  };
}

function bytesOf({ events }: AppendRequest): number {
  return events.reduce(
    (sum, { type, data, metadata }) =>
      sum + type.length + JSON.stringify(data).length + JSON.stringify(metadata).length,
    0,
  );
}
