// The code with which the switch judges and answers what guests send, compiled so that undefined
// behaviour traps, against thousands of damaged frames. More than the suite has time for:
// FUZZ_RUNS=10000000 npm test -- tests/conformance/switch-fuzz; FUZZ_SEED=N repeats a run.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { buildFuzzer, runProgram } from "../support/fuzzer.ts";
import { fuzzing } from "../support/fuzzing.ts";
import { arpRequest, BROADCAST, dhcp, ipBytes, question, SWITCH, udp } from "./network-switch.ts";
import { temporaryDirectory } from "./temporary.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const [tender, theSwitch] = [here("../../toolchain/tender"), here("../../toolchain/switch")];
const directory = temporaryDirectory();

const own = { mac: "02:67:0a:07:00:02", address: "10.7.0.2" };
const toSwitch = { to: SWITCH.mac, from: own.mac, source: own.address, target: SWITCH.address };
const asking = { ...toSwitch, sourcePort: 5353, targetPort: 53 };
const booting = { to: BROADCAST, from: own.mac, source: "0.0.0.0", target: "255.255.255.255" };
const wanted = [50, 4, ...ipBytes(own.address)];
const client = { sourcePort: 68, targetPort: 67 };
const FRAMES = [
  arpRequest(own.mac, own.address, SWITCH.address),
  udp(asking, question("db")),
  udp(asking, question("a.rather.long.name.with.many.labels")),
  udp({ ...booting, ...client }, dhcp(own.mac, [53, 1, 1])),
  udp({ ...booting, ...client }, dhcp(own.mac, [0, 53, 1, 3, ...wanted], 0x8000)),
  udp({ ...toSwitch, ...client }, dhcp(own.mac, [53, 1, 8, 54, 4, ...ipBytes(SWITCH.address)])),
];
const MEMBERS = [
  "network 10.7.0.0/24",
  "stream 10.7.0.2 02:67:0a:07:00:02 ../../guests/db-1/net-1.sock",
  "handed 10.7.0.3 02:67:0a:07:00:03 ../../guests/web-1/net-1.sock",
  "name db 10.7.0.2",
  "also 10.7.0.3 ../front-1/members",
  "",
].join("\n");

test("damaged frames are dropped or answered, and nothing else is touched", async () => {
  const files = ["filter.c", "reply.c", "dhcp.c", "dns.c", "members.c"];
  const fuzzer = await buildFuzzer({
    directory,
    sources: [
      ...files.map((file) => join(theSwitch, file)),
      ...["text.c", "start.S"].map((file) => join(tender, file)),
      here("switch-fuzzer/main.c"),
    ],
    include: [theSwitch, tender],
  });
  const frames = join(directory, "frames");
  const withLengths = FRAMES.flatMap((frame) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(frame.length);
    return [length, frame];
  });
  await writeFile(frames, Buffer.concat(withLengths));
  await writeFile(join(directory, "members"), MEMBERS);
  const { numRuns, seed = Math.floor(Math.random() * 2 ** 31) } = fuzzing(200_000);
  const given = [String(seed), String(numRuns), frames, join(directory, "members")];
  const output = await runProgram(fuzzer, given, directory);
  const count = (what: string) => Number(new RegExp(`^${what} (\\d+)$`, "m").exec(output)?.[1]);
  console.log(`FUZZ_SEED=${seed} FUZZ_RUNS=${numRuns}:\n${output}`);
  // Both sides of every decision were seen.
  for (const what of ["frames allowed", "frames refused", "DHCP answers", "DNS answers"]) {
    expect(count(what), what).toBeGreaterThan(numRuns / 100);
  }
  expect(count("files read")).toBeGreaterThan(numRuns / 1_000);
  expect(count("files refused")).toBeGreaterThan(numRuns / 1_000);
});
