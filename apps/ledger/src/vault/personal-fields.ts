import { customerErased, idOf, personalFields, type Redacted } from '@daybook/domain';
import type { PersonalData, Stored } from '@daybook/event-store';
import { keyIdOf, openValue, type SubjectKey, sealValue } from './sealing';
import type { Vault } from './vault';

/** Where a field of a customer belongs. What is sealed for it opens nowhere else. */
const placeOf = (stream: string, field: string) => `${stream}\n${field}`;

/** Seals and opens the personal fields of events of customers with their keys in the vault. */
export function personalDataOf(vault: Vault): PersonalData {
  return {
    async seal(events) {
      const keys = await vault.makeMissing(events.map(({ stream }) => idOf(stream)));
      return events.map(({ stream, type, data }) => {
        const key = keys.get(idOf(stream))?.key ?? null;
        // Erased since the decision, which the append would find out as well.
        if (key === null) throw customerErased();
        return eachPersonal(type, data, (field, value) =>
          sealValue(key, placeOf(stream, field), value),
        );
      });
    },

    async open(events) {
      const keys = await vault.find(events.map(({ stream }) => idOf(stream)));
      return events.map(({ stream, type, data }) => {
        const { key = null, isErased = false } = keys.get(idOf(stream)) ?? {};
        return eachPersonal(type, data, (field, value, redacted) =>
          // Events of an earlier version have their texts in the clear, also of a customer who is erased by now.
          isErased ? redacted : openField(key, stream, field, value, redacted),
        );
      });
    },
  };
}

/** A field as it is stored, in the clear; `redacted` if it is sealed under a key that is gone. Throws `BrokenSeal`. */
export function openField(
  key: SubjectKey | null,
  stream: string,
  field: string,
  stored: unknown,
  redacted: Redacted,
): unknown {
  const keyId = keyIdOf(stored);
  if (keyId === null) return stored;
  if (key === null || key.id !== keyId) return redacted;
  return openValue(key, placeOf(stream, field), stored as string);
}

function eachPersonal(
  type: string,
  data: Stored['data'],
  change: (field: string, value: unknown, redacted: Redacted) => unknown,
): Stored['data'] {
  const changed: Record<string, unknown> = { ...data };
  for (const [field, redacted] of Object.entries(personalFields(type) ?? {})) {
    const value = changed[field] ?? null;
    // Nothing is no secret, and what an update does not name stays absent.
    if (value !== null) changed[field] = change(field, value, redacted);
  }
  return changed as Stored['data'];
}
