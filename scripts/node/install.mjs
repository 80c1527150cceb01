// Brings the Node this project needs, using whatever Node (16 or newer) is there. Two origins of
// one release: nodejs.org, then npm. What counts is the pinned SHA-256 of bin/node, so both give
// the same file. Plain JavaScript of 2021, because an old Node runs it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import https from "node:https";
import path from "node:path";
import { fileURLToPath } from "node:url";

const version = "24.21.0";
const sha256OfBinary = {
  x64: "7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c",
  arm64: "0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584",
};
const connectTimeoutMs = 5_000;
const stallTimeoutMs = 15_000;

const here = path.dirname(fileURLToPath(import.meta.url));
const toolsDirectory = path.join(path.resolve(process.env.UNIKERNEL_HOME), "tools");
const started = Date.now();

function progress(message) {
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stderr.write(`[setup ${seconds.padStart(6)} s] node: ${message}\n`);
}

/** Downloads to a file; rejects when no connection stands within seconds or data stops coming. */
function download(url, file) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, (response) => {
      clearTimeout(connecting);
      if (response.statusCode !== 200) {
        response.resume();
        reject(new Error(`${url} answered ${response.statusCode}`));
        return;
      }
      const output = fs.createWriteStream(file);
      response.on("error", reject);
      output.on("error", reject);
      output.on("finish", resolve);
      response.pipe(output);
    });
    const connecting = setTimeout(
      () => request.destroy(new Error(`no answer within ${connectTimeoutMs / 1000} s`)),
      connectTimeoutMs,
    );
    request.setTimeout(stallTimeoutMs, () => request.destroy(new Error("the download stalled")));
    request.on("error", (error) => {
      clearTimeout(connecting);
      reject(error);
    });
  });
}

function run(command, commandArguments, options) {
  const result = spawnSync(command, commandArguments, { encoding: "utf8", ...options });
  if (result.error) throw new Error(`${command}: ${result.error.message}`);
  if (result.status !== 0) {
    const lastLines = `${result.stderr}`.trim().split("\n").slice(-5).join("\n");
    throw new Error(`\`${command} ${commandArguments.join(" ")}\` failed: ${lastLines}`);
  }
}

/** Each fills `directory` so that `directory/bin/node` exists. */
const origins = [
  {
    name: "nodejs.org",
    async fill(directory) {
      const archive = path.join(directory, "node.tar.gz");
      const name = `node-v${version}-linux-${process.arch}`;
      await download(`https://nodejs.org/dist/v${version}/${name}.tar.gz`, archive);
      run("tar", ["-xzf", archive, "-C", directory, "--strip-components=1", `${name}/bin/node`]);
      fs.rmSync(archive);
    },
  },
  {
    name: "npm",
    async fill(directory) {
      for (const file of ["package.json", "package-lock.json"]) {
        fs.copyFileSync(path.join(here, file), path.join(directory, file));
      }
      run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: directory });
      const packaged = path.join(directory, "node_modules", `node-linux-${process.arch}`);
      fs.renameSync(path.join(packaged, "bin"), path.join(directory, "bin"));
      fs.rmSync(path.join(directory, "node_modules"), { recursive: true, force: true });
    },
  },
];

async function install() {
  const expected = sha256OfBinary[process.arch];
  if (process.platform !== "linux" || expected === undefined) {
    throw new Error(
      `no Node ${version} is pinned for ${process.platform} on ${process.arch}; install Node 24 or newer and put it on PATH`,
    );
  }
  fs.mkdirSync(toolsDirectory, { recursive: true });
  const failures = [];
  for (const origin of origins) {
    const directory = fs.mkdtempSync(path.join(toolsDirectory, ".node-"));
    try {
      progress(`fetching Node ${version} from ${origin.name}`);
      await origin.fill(directory);
      const binary = path.join(directory, "bin", "node");
      const actual = createHash("sha256").update(fs.readFileSync(binary)).digest("hex");
      if (actual !== expected) {
        throw new Error(`bin/node has SHA-256 ${actual}, pinned is ${expected}`);
      }
      fs.chmodSync(binary, 0o755);
      fs.chmodSync(directory, 0o755);
      const destination = path.join(toolsDirectory, "node");
      fs.rmSync(destination, { recursive: true, force: true });
      fs.renameSync(directory, destination);
      progress(`Node ${version} is in ${destination}`);
      return;
    } catch (error) {
      fs.rmSync(directory, { recursive: true, force: true });
      failures.push(`${origin.name}: ${error.message}`);
      progress(`not from ${origin.name}: ${error.message}`);
    }
  }
  throw new Error(
    `Node ${version} could not be had; install Node 24 or newer by hand and put it on PATH\n  ${failures.join("\n  ")}`,
  );
}

install().catch((error) => {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
});
