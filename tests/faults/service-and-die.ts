// Updates a service as the provider does and is killed at the given point of it, counted from the
// start. Run by the tests as a process of its own: `node service-and-die.ts HOME FILE COUNT`, with
// what the engine remembers and what the program says in the file.
import { readFileSync } from "node:fs";
import { ServiceHome } from "../conformance/service-home.ts";

const [directory = "", file = "", count = ""] = process.argv.slice(2);
const { before, news } = JSON.parse(readFileSync(file, "utf8"));
const home = ServiceHome.at(directory);
let passed = 0;
home.onPoint = () => {
  passed += 1;
  if (passed === Number(count)) process.kill(process.pid, "SIGKILL");
};
await home.up(before ?? undefined, news);
