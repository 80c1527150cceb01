import { expect, test } from "vitest";
import { qemuArguments } from "./command-line.ts";

const base = {
  id: "web-1",
  imagePath: "/store/a,b/image",
  memoryBytes: 33_554_432,
  forwards: [],
  isConfined: false,
  configurationDescriptor: 3,
};
const after = (args: readonly string[], option: string) => args[args.indexOf(option) + 1];

test("names the guest and gives it its memory, image and configuration", () => {
  const args = qemuArguments({ ...base, accelerator: "tcg" });
  expect(after(args, "-name")).toBe("guest=web-1");
  expect(after(args, "-m")).toBe("32768K");
  expect(after(args, "-kernel")).toBe("/store/a,b/image");
  expect(after(args, "-initrd")).toBe("/dev/fd/3");
  expect(after(args, "-qmp")).toBe("unix:qmp.sock,server=on,wait=off");
});

test("the processor fits the accelerator", () => {
  const tcg = qemuArguments({ ...base, accelerator: "tcg" });
  const kvm = qemuArguments({ ...base, accelerator: "kvm" });
  expect([after(tcg, "-accel"), after(tcg, "-cpu")]).toEqual(["tcg", "max"]);
  expect([after(kvm, "-accel"), after(kvm, "-cpu")]).toEqual(["kvm", "host"]);
});

test("QEMU confines itself where it can", () => {
  const confined = qemuArguments({ ...base, accelerator: "tcg", isConfined: true });
  expect(after(confined, "-sandbox")).toBe(
    "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
  );
  expect(qemuArguments({ ...base, accelerator: "tcg" })).not.toContain("-sandbox");
});

test("always has one network device, with the forwards", () => {
  const none = qemuArguments({ ...base, accelerator: "tcg" });
  expect(after(none, "-netdev")).toBe("user,id=net0");
  const forwards = [
    { host: 8080, guest: 80, protocol: "tcp", address: "127.0.0.1" },
    { host: 0, guest: 53, protocol: "udp", address: "0.0.0.0" },
  ] as const;
  const two = qemuArguments({ ...base, accelerator: "tcg", forwards });
  expect(after(two, "-netdev")).toBe(
    "user,id=net0,hostfwd=tcp:127.0.0.1:8080-10.0.2.15:80,hostfwd=udp:0.0.0.0:0-10.0.2.15:53",
  );
});

test("volumes are disks with the names that the guest is told", () => {
  const volumes = [
    { path: "/v/a,b/disk.raw", format: "raw", readOnly: false },
    { path: "/v/c/disk.qcow2", format: "qcow2", readOnly: true },
  ] as const;
  const args = qemuArguments({ ...base, accelerator: "tcg", volumes });
  expect(args.filter((_arg, index) => args[index - 1] === "-drive")).toEqual([
    "if=none,id=volume0,file=/v/a,,b/disk.raw,format=raw,read-only=off",
    "if=none,id=volume1,file=/v/c/disk.qcow2,format=qcow2,read-only=on",
  ]);
  expect(args.join(" ")).toContain("virtio-blk-device,drive=volume1,serial=volume1");
});
