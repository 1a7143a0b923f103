import { describe, expect, test } from "vitest";
import table from "../../server/wire/testdata/expiry.json"; // the server reads dates alike
import { hasPassed, parseExpiry, retypeExpiry } from "./expiry";

describe("an expiry date", () => {
  test.each(table.read as [string, number, number][])("%s is read", (text, month, year) => {
    expect(parseExpiry(text)).toEqual({ month, year });
  });

  test.each(table.refused)("%s is not one", (text) => {
    expect(parseExpiry(text)).toBeUndefined();
  });

  test("passes when its month is over everywhere, which is noon UTC of the next", () => {
    const card = { month: 12, year: 2030 };
    const over = Date.UTC(2031, 0, 1, 12);
    expect(hasPassed(card, over - 1)).toBe(false);
    expect(hasPassed(card, over)).toBe(true);
  });
});

describe("an expiry date as it is typed", () => {
  const type = (text: string) => {
    let value = "";
    for (const key of text) value = retypeExpiry({ value: value + key, caret: value.length + 1 }, false).value;
    return value;
  };

  test.each([
    ["0430", "04 / 30"], ["430", "04 / 30"], ["1230", "12 / 30"], ["130", "130"], ["1/30", "01 / 30"],
    ["04/30", "04 / 30"], ["9", "09 / "], ["1", "1"], ["04 / 30", "04 / 30"],
  ])("the keys %s give %s", (keys, shown) => {
    expect(type(keys)).toBe(shown);
  });

  test.each([["04/2030", "04 / 30"], ["042030", "04 / 30"], ["04/30", "04 / 30"]])("%s pasted or filled in gives %s", (text, shown) => {
    expect(retypeExpiry({ value: text, caret: text.length }, false).value).toBe(shown);
  });

  test("deleting and editing in the middle are left alone", () => {
    expect(retypeExpiry({ value: "04 /", caret: 4 }, true)).toEqual({ value: "04 /", caret: 4 });
    expect(retypeExpiry({ value: "05 / 30", caret: 2 }, false)).toEqual({ value: "05 / 30", caret: 2 });
  });
});
