// How many fingers the screen can feel. Stable; some desktop browsers say 0 or 1
// for touch screens, emulators say what they like.

export default function touch(): number {
  return navigator.maxTouchPoints;
}
