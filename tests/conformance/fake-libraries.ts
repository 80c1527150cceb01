// A tiny tree of libraries for tests of the builder: it links without the real ones, so that a
// test changes one thing at a time and no test waits for musl.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const files: Readonly<Record<string, string>> = {
  Kconfig: `config PLATFORM_KVM
	bool "KVM"
	select LIB_PLAT_KVM

config ARCH_X86_64
	bool "x86_64"

choice
	prompt "Optimise for"

config OPTIMIZE_SPEED
	bool "Speed"

config OPTIMIZE_SIZE
	bool "Size"

config OPTIMIZE_DEBUG
	bool "Debugging"

endchoice

rsource "*/Kconfig"
`,
  "plat-kvm/Kconfig": `config LIB_PLAT_KVM
	bool "Platform"
`,
  "plat-kvm/library.json": JSON.stringify({
    version: "1.0",
    licence: "Apache-2.0",
    description: "a platform that only ends",
    sources: ["*.c"],
    linkerScript: "kvm.ld",
  }),
  "plat-kvm/kvm.ld": `ENTRY(uk_boot_entry)
PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
SECTIONS {
	. = 0x100000;
	.text : { KEEP(*(.text.boot)) *(.text .text.*) } :text
	.rodata : { *(.rodata .rodata.*) } :text
	. = ALIGN(4096);
	.data : { *(.data .data.*) } :data
	.bss : { *(.bss .bss.* COMMON) } :data
}
`,
  "plat-kvm/start.c": `int uk_application(void);
__attribute__((section(".text.boot"), used)) void uk_boot_entry(void) { uk_application(); }
`,
  "musl/Kconfig": `config LIB_MUSL
	bool "C library"
	select LIB_MUSL_HEADERS
`,
  "musl/library.json": JSON.stringify({
    version: "1.0",
    licence: "Apache-2.0",
    description: "calls main",
    dependencies: ["musl-headers"],
    reexports: ["musl-headers"],
    sources: ["*.c"],
  }),
  "musl/start.c": `int main(void);
int uk_application(void);
int uk_application(void) { return main(); }
`,
  "musl-headers/Kconfig": `config LIB_MUSL_HEADERS
	bool
`,
  "musl-headers/library.json": JSON.stringify({
    version: "1.0",
    licence: "Apache-2.0",
    description: "headers",
  }),
  "musl-headers/include/stdint.h": `#ifndef FAKE_STDINT_H
#define FAKE_STDINT_H
typedef unsigned int uint32_t;
#endif
`,
  "counter/Kconfig": `config LIB_COUNTER
	bool "Counter"
	select LIB_MUSL_HEADERS

if LIB_COUNTER

config COUNTER_STEP
	int "Step"
	default 1
	range 1 100

config COUNTER_VERBOSE
	bool "Verbose"

config COUNTER_DEPTH
	int "Depth"
	depends on COUNTER_VERBOSE
	default 3

endif
`,
  "counter/library.json": JSON.stringify({
    version: "1.2",
    licence: "Apache-2.0",
    description: "counts",
    dependencies: ["musl-headers"],
    reexports: ["musl-headers"],
    sources: ["counter.c", { files: ["verbose.c"], when: "COUNTER_VERBOSE" }],
  }),
  "counter/include/counter.h": `#ifndef COUNTER_H
#define COUNTER_H
#include <stdint.h>
uint32_t counter_next(void);
void counter_reset(void);
#endif
`,
  "counter/counter.c": `#include <counter.h>
#include "state.h"
static uint32_t value = COUNTER_START;
uint32_t counter_next(void) { return value += CONFIG_COUNTER_STEP; }
`,
  "counter/state.h": `#define COUNTER_START 7
`,
  "counter/verbose.c": `#include <counter.h>
void counter_reset(void) { }
`,
};

/** Writes the tree into a directory. */
export function writeFakeLibraries(directory: string): void {
  for (const [path, text] of Object.entries(files)) writeText(join(directory, path), text);
}

export function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
