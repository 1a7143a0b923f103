// The system a browser says it runs on. Deprecated and frozen, so very stable;
// iPads say Macintosh.

export default function platform(): string {
  return navigator.platform;
}
