import type { PersonalData } from '../src';

/** Stores personal fields in the clear, where a test or a benchmark is about something else. */
export const UNSEALED: PersonalData = {
  seal: async (events) => events.map(({ data }) => data),
  open: async (events) => events.map(({ data }) => data),
};
