// Moves the clock of a process: `node -r test/moved-process-clock.cjs`. It is moved again when the file that says
// by how much has changed and the process gets the signal.
const { readFileSync } = require('node:fs');

const RealDate = Date;
const movedBy = () => Number(readFileSync(process.env.DAYBOOK_TEST_CLOCK_FILE, 'utf8'));
let movedByMs = movedBy();
process.on('SIGUSR2', () => {
  movedByMs = movedBy();
});

globalThis.Date = class MovedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + movedByMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + movedByMs;
  }
};
