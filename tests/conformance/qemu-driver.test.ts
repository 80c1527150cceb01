// The QEMU driver against what every driver must do, and what only it has: processes and files.
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { offersConfinement } from "../../provider/src/drivers/qemu/confinement.ts";
import { findExecutable } from "../../provider/src/drivers/qemu/executable.ts";
import { QemuDriver } from "../../provider/src/drivers/qemu/qemu-driver.ts";
import { poll } from "../../provider/src/guests/wait.ts";
import { driverSuite } from "./driver-suite.ts";
import { processesBelow, TestHome, tcp } from "./qemu-driver-home.ts";

driverSuite("qemu", () => TestHome.make());

const never = new AbortController().signal;
const LONG = "a-directory-with-a-long-name".repeat(5);

test("works in a home whose path is too long for a socket's address", async () => {
  await using home = await TestHome.make(LONG);
  const spec = await home.spec({}, { ports: [tcp(0, 80)] });
  const status = await home.driver.apply(spec, never);
  expect(join(home.directory, "guests", spec.id, "qmp.sock").length).toBeGreaterThan(107);
  expect(status.ports[0]?.host).toBeGreaterThan(0);
});

test("secrets are in no file, no command line and no environment", async () => {
  await using home = await TestHome.make();
  const secret = "correct-horse-battery-staple";
  process.env.SECRET_OF_THE_TEST = secret;
  try {
    const spec = await home.spec({ text: "up\n" }, { env: { KEY: secret }, args: [secret] });
    await home.driver.apply(spec, never);
    const directory = join(home.directory, "guests", spec.id);
    for (const name of await readdir(directory)) {
      if (!(await stat(join(directory, name))).isFile()) continue;
      expect(await readFile(join(directory, name), "latin1"), name).not.toContain(secret);
    }
    const pids = await processesBelow(home.directory);
    expect(pids).toHaveLength(2);
    for (const pid of pids) {
      expect(await readFile(`/proc/${pid}/cmdline`, "utf8")).not.toContain(secret);
      expect(await readFile(`/proc/${pid}/environ`, "utf8")).not.toContain(secret);
    }
    // It did get there.
    expect((await home.driver.configuration(spec.id))?.env.KEY).toBe(secret);
  } finally {
    delete process.env.SECRET_OF_THE_TEST;
  }
});

test("nobody else may enter a guest's directory", async () => {
  await using home = await TestHome.make();
  const spec = await home.spec({});
  await home.driver.apply(spec, never);
  const directory = join(home.directory, "guests", spec.id);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await stat(join(directory, "guest.json"))).mode & 0o777).toBe(0o600);
});

test("QEMU gives up the system calls that it does not need", async (context) => {
  await using home = await TestHome.make();
  const qemu = (await findExecutable()) ?? "";
  const cache = join(home.directory, "cache");
  if (!(await offersConfinement(qemu, cache))) context.skip("this QEMU has no filter");
  // Remembered, for the next guest.
  expect(await offersConfinement(qemu, cache)).toBe(true);
  const spec = await home.spec({ text: "up\n" });
  await home.driver.apply(spec, never);
  const record = await readFile(join(home.directory, "guests", spec.id, "guest.json"), "utf8");
  const { pid } = (JSON.parse(record) as { process: { pid: number } }).process;
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  expect(status).toMatch(/^Seccomp:\t2$/m);
});

test("guests that start at once find out about their QEMU at once", async () => {
  await using home = await TestHome.make();
  const specs = await Promise.all(Array.from({ length: 4 }, () => home.spec({ text: "up\n" })));
  const started = await Promise.all(specs.map((spec) => home.driver.apply(spec, never)));
  expect(started.map(({ state }) => state)).toEqual(Array(4).fill("running"));
});

test("a QEMU without such a filter runs guests all the same", async () => {
  await using home = await TestHome.make();
  const executable = join(home.directory, "qemu-without-filter");
  const refusal = 'case " $* " in *" -sandbox "*) echo "no such option" >&2; exit 1;; esac';
  await writeFile(executable, `#!/bin/sh\n${refusal}\nexec qemu-system-x86_64 "$@"\n`);
  await chmod(executable, 0o755);
  const driver = new QemuDriver({ home: home.directory, executable });
  const spec = await home.spec({ text: "up\n" });
  expect((await driver.apply(spec, never)).state).toBe("running");
});

test("a guest is no child of the terminal: it has a session of its own", async () => {
  await using home = await TestHome.make();
  const spec = await home.spec({});
  await home.driver.apply(spec, never);
  const session = async (pid: number | string) =>
    (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ")[3];
  for (const pid of await processesBelow(home.directory)) {
    expect(await session(pid)).not.toBe(await session("self"));
  }
});

test("another provider finds the guest and its exit status", async () => {
  await using home = await TestHome.make();
  const spec = await home.spec({ text: "up\n", exit: 9 });
  await home.driver.apply(spec, never);
  const other = new QemuDriver({ home: home.directory });
  const ended = await poll(
    async () => {
      const status = await other.status(spec.id);
      return status.state === "stopped" ? status : undefined;
    },
    { everyMs: 10, timeoutMs: 20_000 },
  );
  expect(ended?.exitStatus).toBe(9);
  // The shell that has written it takes a moment to end itself.
  await expect.poll(() => processesBelow(home.directory), { timeout: 5000 }).toEqual([]);
});

test("an id cannot lead out of the guests' directory", async () => {
  await using home = await TestHome.make();
  for (const id of ["../x", "", ".", "a/b", "a,b", "-x"]) {
    await expect(home.driver.remove(id), id).rejects.toThrow("cannot be a guest's id");
  }
});

test("images may have commas and spaces in their path", async () => {
  await using home = await TestHome.make("a, b");
  const spec = await home.spec({ text: "up\n", exit: 0 });
  await home.driver.apply(spec, never);
});

test("KVM is chosen only where it is faster, and the measurement is kept", async () => {
  await using home = await TestHome.make();
  const spec = await home.spec({}, { accelerator: "auto" });
  await home.driver.apply(spec, never);
  const record = JSON.parse(
    await readFile(join(home.directory, "guests", spec.id, "guest.json"), "utf8"),
  ) as { usedAccelerator: "kvm" | "tcg" };
  const cache = join(home.directory, "cache");
  const [file] = (await readdir(cache).catch(() => [])).filter((name) =>
    name.startsWith("accelerator-"),
  );
  if (file === undefined) {
    // Without /dev/kvm there is nothing to measure.
    expect(record.usedAccelerator).toBe("tcg");
    return;
  }
  const result = JSON.parse(await readFile(join(cache, file), "utf8")) as {
    accelerator: string;
    kvmMs: number | null;
    tcgMs: number | null;
  };
  expect(result.tcgMs).toBeGreaterThan(0);
  const isKvmFaster = result.kvmMs !== null && result.kvmMs < (result.tcgMs ?? Infinity);
  expect(result.accelerator).toBe(isKvmFaster ? "kvm" : "tcg");
  expect(record.usedAccelerator).toBe(result.accelerator);
});

test("says how to install QEMU when it is missing", async () => {
  await using home = await TestHome.make();
  const path = process.env.PATH;
  process.env.PATH = home.directory;
  try {
    const reason = await new QemuDriver({ home: home.directory }).unavailable();
    expect(reason).toMatch(/qemu-system-x86_64 is not on PATH.*apt-get install qemu-system-x86/);
    const spec = await home.spec({});
    await expect(home.driver.apply(spec, never)).rejects.toThrow("not on PATH");
    expect((await home.driver.status(spec.id)).state).toBe("absent");
  } finally {
    process.env.PATH = path;
  }
});

test("a QEMU that cannot be run is named with what it said", async () => {
  await using home = await TestHome.make();
  const directory = join(home.directory, "bin");
  await mkdir(directory);
  const executable = join(directory, "qemu-system-x86_64");
  await writeFile(executable, "#!/bin/sh\necho 'no such luck' >&2\nexit 1\n");
  await chmod(executable, 0o755);
  const driver = new QemuDriver({ home: home.directory, executable });
  const spec = await home.spec({});
  await expect(driver.apply(spec, never)).rejects.toThrow("QEMU did not start: no such luck");
});
