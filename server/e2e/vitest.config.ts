import { defineConfig } from "vitest/config";

// The whole program in a real browser. Two files run at a time: each has a server and a
// browser of its own.
export default defineConfig({
  test: {
    include: ["server/e2e/**/*.test.ts"],
    environment: "node",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
