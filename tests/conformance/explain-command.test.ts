// `unikernel explain` as it is typed, against the micro-libraries of this repository.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const repository = join(import.meta.dirname, "../..");
const program = join(repository, "toolchain/bin/unikernel");

function explain(...commandLine: string[]) {
  const { status, stdout, stderr } = spawnSync(program, ["explain", ...commandLine], {
    cwd: repository,
    encoding: "utf8",
  });
  return { status, lines: stdout.trimEnd().split(/ *\n/), stderr };
}

test("a library has the chain from what the application declares, with places", () => {
  const { status, lines, stderr } = explain("virtio", "examples/http-server/app");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(lines).toEqual([
    "LIB_VIRTIO = y",
    "  libraries[0] asks for LIB_LWIP=y",
    expect.stringMatching(
      /^ {2}LIB_LWIP selects LIB_VIRTIO_NET +toolchain\/lib\/lwip\/Kconfig:\d+$/,
    ),
    expect.stringMatching(
      /^ {2}LIB_VIRTIO_NET selects LIB_VIRTIO +toolchain\/lib\/virtio-net\/Kconfig:\d+$/,
    ),
  ]);
});

test("an option has the statement that keeps it off, and a way to have it", () => {
  const { status, lines } = explain("LWIP_TCP_WND");
  expect(status).toBe(0);
  expect(lines[0]).toBe("LWIP_TCP_WND has no value");
  expect(lines[1]).toMatch(
    /^ {2}LWIP_TCP_WND depends on LIB_LWIP, which is off +toolchain\/lib\/lwip\/Kconfig:\d+$/,
  );
  expect(lines.join("\n")).toContain("nothing asks for LIB_LWIP");
});

test("the same as JSON, with what cannot be granted", () => {
  const { status, lines } = explain("CONFIG_LWIP_TCP_WND", "--json", "--option", "LWIP_TCP_WND=1");
  expect(status).toBe(1);
  expect(JSON.parse(lines.join("\n"))).toMatchObject({
    symbol: "LWIP_TCP_WND",
    type: "int",
    isOn: false,
    lines: [
      { location: { file: "lwip/Kconfig" } },
      { location: { file: "lwip/Kconfig", line: 1 } },
      // The libraries that would select it.
      { location: { file: "metadata/Kconfig" } },
      { location: { file: "socket/Kconfig" } },
    ],
    problems: [{ path: "options.LWIP_TCP_WND", message: expect.stringContaining("LIB_LWIP") }],
  });
});

test("what does not exist has a suggestion", () => {
  expect(explain("LWIP_TCP_WDN")).toMatchObject({
    status: 1,
    stderr: "error: there is no option or library LWIP_TCP_WDN; did you mean LWIP_TCP_WND?\n",
  });
  expect(explain()).toMatchObject({ status: 2 });
  expect(explain("mem", "no-such-directory")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("app: the directory no-such-directory does not exist"),
  });
});
