/** How `describeWith` titles what the machine cannot run. */
const NOT_RUN = /\(NOT RUN: needs (.+)\)$/;

/** Says at the end of a run how many tests did not run, and what they need. Nothing where all ran. */
module.exports = class NotRunReporter {
  constructor(_config, { write = (text) => process.stderr.write(text) } = {}) {
    this.write = write;
  }

  onRunComplete(_contexts, { testResults }) {
    const counts = new Map();
    for (const { testResults: tests } of testResults) {
      for (const { ancestorTitles } of tests) {
        const need = ancestorTitles.map((title) => NOT_RUN.exec(title)?.[1]).find(Boolean);
        if (need !== undefined) counts.set(need, (counts.get(need) ?? 0) + 1);
      }
    }
    for (const [need, count] of counts) {
      const tests = count === 1 ? '1 test needs' : `${count} tests need`;
      this.write(`NOT RUN: ${tests} ${need}. The start of this run says how to get it.\n`);
    }
  }
};
