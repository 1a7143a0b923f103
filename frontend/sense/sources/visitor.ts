// A name that this browser was given on its first visit here, kept in local storage. Gone
// with a private window or when the shopper clears it, and a copy of it proves nothing:
// it helps, and is never believed alone. A frame's is another one in every shop.

const KEY = "pw.visitor";

export default function visitor(): string | undefined {
  const known = localStorage.getItem(KEY);
  if (known && /^[a-z]{26}$/.test(known)) return known;
  const made = [...crypto.getRandomValues(new Uint8Array(26))].map((byte) => String.fromCharCode(97 + (byte % 26))).join("");
  localStorage.setItem(KEY, made);
  return made;
}
