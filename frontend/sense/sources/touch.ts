// How many fingers the screen can feel, and whether there is a finger, a mouse or both.
// Changes when a mouse is plugged into a tablet; emulators say what they like, some
// desktop browsers say 0 or 1 for touch screens.

export default function touch(): (number | boolean)[] {
  return [navigator.maxTouchPoints, ...["any-pointer: coarse", "any-pointer: fine", "any-hover: hover"].map((query) => matchMedia(`(${query})`).matches)];
}
