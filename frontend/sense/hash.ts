// A short name for a long text: FNV-1a, 32 bits, eight hexadecimal digits. It is
// for telling drawings apart, and secures nothing.

export function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(16).padStart(8, "0");
}
