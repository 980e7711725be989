// Moves the clock of a process: `node -r test/moved-process-clock.cjs`.
const RealDate = Date;
const movedByMs = Number(process.env.DAYBOOK_TEST_CLOCK_MS);

globalThis.Date = class MovedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + movedByMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + movedByMs;
  }
};
