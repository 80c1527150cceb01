// Pulumi's packages for clouds, which only those have who deploy to them: a module is loaded when
// the first component needs it.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** A module of a package, e.g. "ec2/ami.js" of "@pulumi/aws". Throws what to do where it is missing. */
export function fromPeer<Module>(packageName: string, module: string): Module {
  let path: string;
  try {
    // Beside this package, or, where this one is linked to, beside the program.
    path = require.resolve(`${packageName}/${module}`, {
      paths: [import.meta.dirname, process.cwd()],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new Error(
      `this component needs the package ${packageName}, which is not installed here: npm install ${packageName}`,
    );
  }
  return require(path) as Module;
}
