// Unit tests stand beside the logic they test; what crosses borders stands in tests/ and needs
// the compiler, QEMU and Pulumi, which `npm run setup` brings.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["{toolchain,provider,sdk,scripts}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["tests/{e2e,conformance,faults}/**/*.test.ts"],
          globalSetup: "tests/e2e/support/warm-store.ts",
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
