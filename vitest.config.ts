import { defineConfig } from "vitest/config";

// Unit tests of the front end. The browser tests have a configuration of their own
// under server/e2e.
export default defineConfig({
  test: { include: ["frontend/**/*.test.{ts,tsx}"], environment: "happy-dom" },
});
