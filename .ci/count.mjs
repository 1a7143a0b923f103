// Counts the tests of a run from what the runners wrote down, in one line.
import { existsSync, readFileSync } from "node:fs";

const count = { pass: 0, fail: 0, skip: 0 };

for (const file of [".cache/go.json", ".cache/go-postgres.json", ".cache/go-postgres-rest.json", ".cache/go-kms.json"]) {
  if (!existsSync(file)) count.fail++;
  for (const line of existsSync(file) ? readFileSync(file, "utf8").split("\n") : []) {
    if (!line) continue;
    const { Action, Test } = JSON.parse(line);
    if (Test && Action in count) count[Action]++;
  }
}
for (const file of [".cache/unit.json", ".cache/browser.json"]) {
  if (!existsSync(file)) {
    count.fail++;
    continue;
  }
  const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = JSON.parse(readFileSync(file, "utf8"));
  count.pass += numPassedTests;
  count.fail += numFailedTests || numFailedTestSuites;
  count.skip += numPendingTests;
}
console.log(`${count.pass} passed, ${count.fail} failed, ${count.skip} skipped`);
if (count.pass === 0 || count.fail > 0) process.exit(1);
