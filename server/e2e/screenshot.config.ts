import { defineConfig } from "vitest/config";

// Not a test: makes the picture in the README. See `make screenshot`.
export default defineConfig({ test: { include: ["server/e2e/screenshot.ts"], environment: "node", testTimeout: 60_000, hookTimeout: 120_000 } });
