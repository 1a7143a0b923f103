// The last digits of functions that need not be exact: they tell the engine and the
// system's mathematics library apart. As stable as the engine; nobody lies about it.

import { hash } from "../hash";

export default function math(): string {
  const { acos, tan, sinh, expm1, cosh, atanh, PI } = Math;
  return hash([acos(0.123), tan(-1e300), sinh(1), expm1(1), cosh(10), atanh(0.5), PI ** -100].join());
}
