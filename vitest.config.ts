// Unit tests stand beside the pure logic they test; what crosses borders stands in tests/.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "{toolchain,provider,sdk,scripts}/**/*.test.ts",
      "tests/{e2e,conformance,faults}/**/*.test.ts",
    ],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
