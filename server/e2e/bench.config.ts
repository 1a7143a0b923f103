import { defineConfig } from "vitest/config";

// Not tests: what is measured in real browsers. See `make bench`.
export default defineConfig({
  test: { include: ["server/e2e/**/*.measure.ts"], environment: "node", fileParallelism: false, testTimeout: 1_200_000, hookTimeout: 120_000 },
});
