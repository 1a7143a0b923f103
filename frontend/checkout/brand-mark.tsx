// A small mark of the scheme: our own plain drawing of its colours and initials,
// not its logo.

import { brandName } from "./strings";

const marks: Record<string, { ground: string; ink: string; text: string }> = {
  visa: { ground: "#1a3c8f", ink: "#fff", text: "VISA" },
  mastercard: { ground: "#2b2b2b", ink: "#ff9f43", text: "MC" },
  amex: { ground: "#1f72cd", ink: "#fff", text: "AMEX" },
  discover: { ground: "#f3f3f3", ink: "#b8500f", text: "DISC" },
  diners: { ground: "#f3f3f3", ink: "#1d4e89", text: "DC" },
  jcb: { ground: "#0b5c3f", ink: "#fff", text: "JCB" },
  unionpay: { ground: "#00606b", ink: "#fff", text: "UP" },
  maestro: { ground: "#1d3f72", ink: "#fff", text: "MA" },
  elo: { ground: "#111", ink: "#ffd23f", text: "ELO" },
  mir: { ground: "#0a7a3b", ink: "#fff", text: "MIR" },
  rupay: { ground: "#f3f3f3", ink: "#0b5c3f", text: "RuPay" },
  verve: { ground: "#b3202c", ink: "#fff", text: "VRV" },
  troy: { ground: "#00747c", ink: "#fff", text: "TROY" },
};

export function BrandMark({ brand }: { brand: string }) {
  const mark = marks[brand];
  return (
    <svg class="mark" viewBox="0 0 40 26" width="40" height="26" role="img" aria-label={mark ? brandName(brand) : ""} aria-hidden={!mark}>
      <rect x=".5" y=".5" width="39" height="25" rx="4.5" fill={mark?.ground ?? "none"} stroke="currentColor" stroke-opacity=".25" />
      {mark ? (
        <text x="20" y="17.2" text-anchor="middle" fill={mark.ink} font-size={mark.text.length > 4 ? 9 : 11} font-weight="700">{mark.text}</text>
      ) : (
        <path d="M1 9h38M6 18h10" stroke="currentColor" stroke-opacity=".3" stroke-width="3" />
      )}
    </svg>
  );
}
