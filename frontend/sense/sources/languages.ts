// The languages a browser asks pages for, in order. Stable; Safari gives only the
// first, and privacy modes say en-US.

export default function languages(): string[] {
  return [...navigator.languages].slice(0, 8);
}
