// Compiles the contracts of the tests and of the demo with the solc of npm (offline) and writes what
// was compiled beside them: `node test/contracts/compile.cjs`. Only an edit of a contract needs it.
const { execFileSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const solc = require('solc');

const demo = join(__dirname, '../../apps/daybook/src/demo/contracts');

/** The ABI and the creation code of the only contract in a file. Paris: every chain here runs it. */
function compile(folder, name) {
  const file = `${name}.sol`;
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: readFileSync(join(folder, file), 'utf8') } },
    settings: {
      evmVersion: 'paris',
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: 'none' },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const faults = (output.errors ?? []).map((e) => e.formattedMessage);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const contract = output.contracts[file][name];
  return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
}

/** A module instead of a JSON file, because the compiler copies modules into `dist` by itself. */
function asModule(name, constant, { abi, bytecode }) {
  return (
    `// Compiled from ${name}.sol by test/contracts/compile.cjs; edit that instead.\n` +
    `export const ${constant} = {\n  abi: ${JSON.stringify(abi)},\n  bytecode:\n    '${bytecode}',\n} as const;\n`
  );
}

/** Tests may not import from an app, so they have the tokens of the demo as JSON as well. */
function writeJson(name, contract) {
  const file = join(__dirname, `${name}.json`);
  writeFileSync(file, JSON.stringify(contract));
  execFileSync(join(__dirname, '../../node_modules/.bin/biome'), ['format', '--write', file]);
}

for (const name of ['Nft', 'Batch', 'LyingToken']) writeJson(name, compile(__dirname, name));
for (const [name, file, constant] of [
  ['UsdtLike', 'usdt-like', 'usdtLike'],
  ['PlainErc20', 'plain-erc20', 'plainErc20'],
]) {
  const contract = compile(demo, name);
  writeJson(name, contract);
  writeFileSync(join(demo, `${file}.generated.ts`), asModule(name, constant, contract));
}
