import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brandName, luhn, onlyDigits, retypeNumber, schemeOf } from "./number";

describe("a scheme", () => {
  test.each([
    ["4111111111111111", "visa", 3],
    ["5555555555554444", "mastercard", 3],
    ["2223003122003222", "mastercard", 3],
    ["378282246310005", "amex", 4],
    ["6011111111111117", "discover", 3],
    ["30569309025904", "diners", 3],
    ["3566002020360505", "jcb", 3],
    ["6212345678901265", "unionpay", 3],
  ])("%s is of %s", (number, brand, cvv) => {
    expect(schemeOf(number)).toMatchObject({ brand, cvv });
  });

  test("is not guessed from nothing, nor from digits that many share", () => {
    expect(schemeOf("").brand).toBe("unknown");
    expect(schemeOf("6").brand).toBe("unknown");
    expect(schemeOf("3").brand).toBe("unknown");
    expect(schemeOf("2").brand).toBe("unknown");
  });

  test.each([["4", "visa"], ["51", "mastercard"], ["34", "amex"], ["36", "diners"], ["2202", "mir"], ["6011", "discover"], ["62", "unionpay"], ["3528", "jcb"], ["9792", "troy"]])(
    "%s is enough for %s", (digits, brand) => expect(schemeOf(digits).brand).toBe(brand));

  test("the narrower of two ranges counts, once there are digits enough", () => {
    expect(schemeOf("40117").brand).toBe("visa");
    expect(schemeOf("401178").brand).toBe("elo");
    expect(schemeOf("506099").brand).toBe("verve");
  });
});

describe("the number as it is typed", () => {
  const type = (text: string) => {
    let typed = { value: "", caret: 0 };
    for (const key of text) {
      const value = typed.value.slice(0, typed.caret) + key + typed.value.slice(typed.caret);
      typed = retypeNumber({ value, caret: typed.caret + 1 });
    }
    return typed;
  };

  test.each([
    ["4111111111111111", "4111 1111 1111 1111"],
    ["378282246310005", "3782 822463 10005"],
    ["30569309025904", "3056 930902 5904"],
    ["4111-1111 1111.1111", "4111 1111 1111 1111"],
    ["4111abc", "4111"],
  ])("%s stands as %s", (text, shown) => {
    expect(type(text)).toEqual({ value: shown, caret: shown.length });
  });

  test("a scheme's number grows no longer than it can be", () => {
    expect(onlyDigits(type("3782822463100059999").value)).toBe("378282246310005");
  });

  test("a digit put in the middle leaves the caret behind it", () => {
    expect(retypeNumber({ value: "4111 91111 1111", caret: 6 })).toEqual({ value: "4111 9111 1111 1", caret: 6 });
  });

  test("a digit taken out of the middle leaves the caret where it was taken", () => {
    expect(retypeNumber({ value: "4111 111 1111 1111", caret: 5 })).toEqual({ value: "4111 1111 1111 111", caret: 4 });
  });

  test("whatever is typed or pasted wherever, the digits keep their order and the caret its digit", () => {
    const text = fc.stringMatching(/^[0-9 a-z.-]{0,30}$/);
    fc.assert(fc.property(text, fc.nat(30), (value, at) => {
      const caret = Math.min(at, value.length);
      const next = retypeNumber({ value, caret });
      const digits = onlyDigits(value);
      expect(digits.startsWith(onlyDigits(next.value))).toBe(true);
      expect(onlyDigits(next.value)).toHaveLength(Math.min(digits.length, Math.max(...schemeOf(digits).lengths)));
      const before = onlyDigits(value.slice(0, caret)).length;
      expect(onlyDigits(next.value.slice(0, next.caret))).toHaveLength(Math.min(before, onlyDigits(next.value).length));
      // Shaping what is shaped changes nothing, so it never fights the shopper.
      expect(retypeNumber(next).value).toBe(next.value);
    }));
  });
});

test("schemes are called as they call themselves", () => {
  expect([brandName("amex"), brandName("visa"), brandName("nothing")]).toEqual(["American Express", "Visa", "Card"]);
});

test("one mistyped digit never has a right check digit, nor have two neighbours changed over but 0 and 9", () => {
  fc.assert(fc.property(fc.stringMatching(/^[0-9]{11,18}$/), fc.nat(18), fc.integer({ min: 1, max: 9 }), (start, at, by) => {
    const number = [..."0123456789"].map((digit) => start + digit).find(luhn)!;
    const i = at % number.length;
    expect(luhn(number.slice(0, i) + ((Number(number[i]) + by) % 10) + number.slice(i + 1))).toBe(false);
  }));
});
