import { expect, test } from "vitest";
import type { BuildRecord } from "../record/types.ts";
import { ownerOf } from "./origins.ts";

const record = {
  libraries: [{ name: "musl" }, { name: "plat-kvm" }],
  sources: [{ name: "musl-headers", version: "1.2.5" }],
} as unknown as BuildRecord;

test.each([
  ["lib/plat-kvm.a(plat-kvm!boot.S.o)", "own", "plat-kvm", "boot.S"],
  ["lib/image.linked.lto.musl.a(musl!start.c.o at 637).o", "own", "musl", "start.c"],
  [
    "lib/image.linked.lto.musl.a(musl-headers-1.2.5!src!stdio!puts.c.o at 42).o",
    "third-party",
    "musl",
    "src/stdio/puts.c",
  ],
  ["app/app!net!main.c.o", "application", "application", "net/main.c"],
  ["app/image.linked.lto.app!main.c.o", "application", "application", "main.c"],
  ["lib/compiler-runtime.a(compiler_rt.o)", "compiler", "compiler runtime", "compiler_rt"],
  ["lib/unheard.a(of.o)", "linker", "linker", "lib/unheard.a(of.o)"],
])("finds the owner of %s", (file, origin, library, object) => {
  expect(ownerOf(record)(file)).toEqual({ origin, library, object });
});
