// @vitest-environment node
import { expect, test } from "vitest";
import about from "./package.json";

// Node's own modules, whose types this project does not have.
const { execFileSync } = (await import("node:child_process" as string)) as { execFileSync(file: string, args: string[], options: object): string };
const { readFileSync } = (await import("node:fs" as string)) as { readFileSync(path: string, encoding: string): string };
const run = (file: string, ...args: string[]) => execFileSync(file, args, { encoding: "utf8", cwd: "frontend/npm" });

test("the package holds what is meant, and nothing else", () => {
  const [packed] = JSON.parse(run("npm", "pack", "--dry-run", "--json", "--ignore-scripts"));
  expect(packed.files.map(({ path }: { path: string }) => path).sort()).toEqual(["LICENSE", "README.md", "index.d.ts", "index.js", "package.json"]);
  expect(packed.unpackedSize).toBeLessThan(32 << 10);
}, 30_000);

test("it depends on nothing and does nothing when it is imported", () => {
  expect(Object.keys(about).filter((name) => /dependencies|scripts|bin/i.test(name))).toEqual([]);
  expect(about.sideEffects).toBe(false);
  expect(readFileSync("frontend/npm/index.js", "utf8")).not.toMatch(/^import |require\(|import\((?!")/m);
  expect(readFileSync("frontend/npm/LICENSE", "utf8")).toBe(readFileSync("LICENSE", "utf8"));
});

test("its types stand alone, and hold who uses them to them", () => {
  const tsc = (file: string) => run("../../node_modules/.bin/tsc", "--ignoreConfig", "--noEmit", "--strict", "--skipLibCheck", "false", "--types", "", "--lib", "es2022,dom", "--module", "nodenext", file);
  tsc("uses.ts");
}, 60_000);
