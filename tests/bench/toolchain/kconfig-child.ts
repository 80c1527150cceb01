// Run by kconfig.ts in a fresh process: reads a tree and resolves it, several times, and prints
// the milliseconds of each as JSON. The arguments are the root file and the number of times.

import { writeConfig } from "../../../toolchain/src/kconfig/config-file.ts";
import { Evaluation } from "../../../toolchain/src/kconfig/evaluate.ts";
import { setAllNew } from "../../../toolchain/src/kconfig/generate.ts";
import { loadModel } from "../../../toolchain/src/kconfig/index.ts";

const [rootFile = "", times = "1"] = process.argv.slice(2);
const environment = Object.fromEntries(
  Object.entries(process.env).map(([name, value]) => [name, value ?? ""]),
);
const milliseconds = Array.from({ length: Number(times) }, () => {
  const start = performance.now();
  const evaluation = new Evaluation(loadModel(rootFile, { environment, allowShell: true }));
  setAllNew(evaluation, "no");
  writeConfig(evaluation);
  return performance.now() - start;
});
console.log(JSON.stringify(milliseconds));
