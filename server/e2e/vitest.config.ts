import { defineConfig } from "vitest/config";

// The whole program in a real browser. Files run one after the other: each has a
// server and a Chromium of its own.
export default defineConfig({
  test: {
    include: ["server/e2e/**/*.test.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});
