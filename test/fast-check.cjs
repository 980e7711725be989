// Every suite gets fast-check from here (jest.config.cjs): the same random cases in every run, whatever a suite says, so
// that no outcome depends on luck. Another seed tries others; a failure prints it.
const fc = require('../node_modules/fast-check');

const SEED = 20250102;

fc.configureGlobal({ seed: Number(process.env.DAYBOOK_TEST_SEED ?? SEED) });

module.exports = fc;
